package dev.netproof.cli;

import dev.netproof.matrix.AllowedDestinations;
import dev.netproof.matrix.AllowedNamespaces;
import dev.netproof.matrix.MatrixLimits;
import dev.netproof.plan.PlanTerms.Most;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What whoever runs a matrix allows to whoever wrote it. */
final class LimitOptions {
    @Option(
            names = "--max-checks",
            paramLabel = "N",
            defaultValue = "20000",
            converter = CountConverter.class,
            description = "How many checks the matrices may ask for together; default: ${DEFAULT-VALUE}.")
    int checks = MatrixLimits.MOST_CHECKS;

    @Option(
            names = "--max-probes",
            paramLabel = "N",
            defaultValue = "500",
            converter = CountConverter.class,
            description = "How many probe pods the matrices may ask for together; default: ${DEFAULT-VALUE}.")
    int probes = Most.USUAL.probes();

    @Option(
            names = "--max-paths",
            paramLabel = "N",
            defaultValue = "200000",
            converter = CountConverter.class,
            description =
                    "How many paths, each from one probe pod to one address for one check, the matrices may ask for together;"
                            + " default: ${DEFAULT-VALUE}.")
    int paths = Most.USUAL.paths();

    @Mixin
    NamespaceOptions namespaces = new NamespaceOptions();

    @Option(
            names = "--allow-destination",
            paramLabel = "PATTERN",
            converter = DestinationPattern.class,
            description =
                    "Connect only to what matches: NAMESPACE/NAME of a Service, workload or pod, a host name (both with * and ?), an"
                            + " address, or a range such as 10.0.0.0/8; repeatable.")
    List<String> destinations = new ArrayList<>();

    MatrixLimits limits() {
        return new MatrixLimits(checks, probes, namespaces.allowed(), AllowedDestinations.of(destinations));
    }

    Most most() {
        return new Most(probes, paths);
    }

    /** Where probes may run: of use to commands without a matrix as well. */
    static final class NamespaceOptions {
        @Option(
                names = "--allow-namespace",
                paramLabel = "PATTERN",
                converter = NamespacePattern.class,
                description =
                        "Run probes only in namespaces that match: a name, in which * stands for any characters and ? for one;"
                                + " repeatable. Namespaces of the cluster itself, such as kube-system, are allowed by their exact"
                                + " name alone.")
        List<String> patterns = new ArrayList<>();

        AllowedNamespaces allowed() {
            return AllowedNamespaces.of(patterns);
        }
    }

    /** Says what is wrong with a pattern as soon as it is read. */
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

    /** Says what is wrong with a pattern as soon as it is read. */
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
