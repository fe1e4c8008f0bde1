package dev.netproof.cli;

import dev.netproof.matrix.AllowedDestinations;
import dev.netproof.matrix.AllowedNamespaces;
import dev.netproof.matrix.MatrixLimits;
import dev.netproof.plan.PlanTerms.Most;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Bounds for the authors of matrices, set by the person who runs them. */
final class LimitOptions {
    @Option(
            names = "--max-checks",
            paramLabel = "N",
            defaultValue = "20000",
            converter = CountConverter.class,
            description = "Maximum number of checks in all matrices; default: ${DEFAULT-VALUE}.")
    int checks = MatrixLimits.MOST_CHECKS;

    @Option(
            names = "--max-probes",
            paramLabel = "N",
            defaultValue = "500",
            converter = CountConverter.class,
            description = "Maximum number of probe pods; default: ${DEFAULT-VALUE}.")
    int probes = Most.USUAL.probes();

    @Option(
            names = "--max-paths",
            paramLabel = "N",
            defaultValue = "200000",
            converter = CountConverter.class,
            description = "Maximum number of paths (probe pods × addresses × checks);" + " default: ${DEFAULT-VALUE}.")
    int paths = Most.USUAL.paths();

    @Mixin
    NamespaceOptions namespaces = new NamespaceOptions();

    @Option(
            names = "--allow-destination",
            paramLabel = "PATTERN",
            converter = DestinationPattern.class,
            description =
                    "Connect only to destinations that match: NAMESPACE/NAME of a Service, workload or pod, a host name (both with"
                            + " * and ?), an address, or a range such as 10.0.0.0/8; repeatable.")
    List<String> destinations = new ArrayList<>();

    MatrixLimits limits() {
        return new MatrixLimits(checks, probes, namespaces.allowed(), AllowedDestinations.of(destinations));
    }

    Most most() {
        return new Most(probes, paths);
    }

    /** Where probe pods may run: for commands without a matrix too. */
    static final class NamespaceOptions {
        @Option(
                names = "--allow-namespace",
                paramLabel = "PATTERN",
                converter = NamespacePattern.class,
                description =
                        "Start probe pods only in namespaces that match: a name with * for any characters and ? for one;"
                                + " repeatable. Namespaces of the cluster itself, such as kube-system, need their exact name.")
        List<String> patterns = new ArrayList<>();

        AllowedNamespaces allowed() {
            return AllowedNamespaces.of(patterns);
        }
    }

    /** Reports a wrong pattern as soon as the command line is read. */
    static final class NamespacePattern implements picocli.CommandLine.ITypeConverter<String> {
        @Override
        public String convert(String value) {
            try {
                AllowedNamespaces.of(List.of(value));
                return value;
            } catch (IllegalArgumentException e) {
                throw new picocli.CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Reports a wrong pattern as soon as the command line is read. */
    static final class DestinationPattern implements picocli.CommandLine.ITypeConverter<String> {
        @Override
        public String convert(String value) {
            try {
                AllowedDestinations.of(List.of(value));
                return value;
            } catch (IllegalArgumentException e) {
                throw new picocli.CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }
}
