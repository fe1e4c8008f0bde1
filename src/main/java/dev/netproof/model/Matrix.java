package dev.netproof.model;

import java.util.List;
import java.util.Optional;

/**
 * One YAML document: who may reach what.
 *
 * @param sha256 of the file's bytes, in hex
 * @param warnings what its reader found odd, one line each, with the place
 */
public record Matrix(
        String name,
        Optional<String> owner,
        String sha256,
        List<Check> checks,
        List<String> warnings,
        Location location) {
    public Matrix {
        checks = List.copyOf(checks);
        warnings = List.copyOf(warnings);
    }

    /** Nothing odd about it. */
    public Matrix(String name, Optional<String> owner, String sha256, List<Check> checks, Location location) {
        this(name, owner, sha256, checks, List.of(), location);
    }
}
