package dev.netproof.engine;

import dev.netproof.matrix.AllowedDestinations;
import dev.netproof.matrix.AllowedNamespaces;
import dev.netproof.matrix.MatrixLimits;
import dev.netproof.plan.PlanTerms.Most;
import dev.netproof.run.WrittenCount;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.platform.engine.ConfigurationParameters;

/** Bounds for the authors of matrices: the flags of the command line as configuration parameters. */
final class ConfiguredLimits {
    private final ConfigurationParameters parameters;

    ConfiguredLimits(ConfigurationParameters parameters) {
        this.parameters = parameters;
    }

    /** @throws IllegalArgumentException if a parameter is no number, or no pattern; the message says which */
    MatrixLimits limits() {
        return new MatrixLimits(
                number("netproof.max-checks", MatrixLimits.MOST_CHECKS),
                most().probes(),
                AllowedNamespaces.of(list("netproof.allow-namespace")),
                AllowedDestinations.of(list("netproof.allow-destination")));
    }

    Most most() {
        return new Most(
                number("netproof.max-probes", Most.USUAL.probes()), number("netproof.max-paths", Most.USUAL.paths()));
    }

    Optional<String> controlNamespace() {
        return parameters.get("netproof.control-namespace");
    }

    /** Why netproof's own pods may not run where they are told to. */
    Optional<String> noControl() {
        AllowedNamespaces allowed = AllowedNamespaces.of(list("netproof.allow-namespace"));
        return controlNamespace()
                .filter(namespace -> !allowed.admits(namespace))
                .map(namespace -> "netproof's own pods would run in " + allowed.why(namespace)
                        + "; name another as netproof.control-namespace, or add it to netproof.allow-namespace");
    }

    /**
     * A number of at least 1, or else the default.
     *
     * @throws IllegalArgumentException if the parameter is something else; the message names it
     */
    int number(String name, int usual) {
        try {
            return parameters
                    .get(name)
                    .map(String::strip)
                    .map(WrittenCount::parse)
                    .orElse(usual);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private List<String> list(String name) {
        return parameters.get(name).stream()
                .flatMap(written -> Arrays.stream(written.split(",", -1)))
                .map(String::strip)
                .filter(pattern -> !pattern.isEmpty())
                .toList();
    }
}
