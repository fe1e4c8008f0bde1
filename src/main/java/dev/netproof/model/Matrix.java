package dev.netproof.model;

import java.util.List;
import java.util.Optional;

/**
 * One YAML document: who may reach what.
 *
 * @param sha256 of the file's bytes, in hex
 */
public record Matrix(String name, Optional<String> owner, String sha256, List<Check> checks, Location location) {
    public Matrix {
        checks = List.copyOf(checks);
    }
}
