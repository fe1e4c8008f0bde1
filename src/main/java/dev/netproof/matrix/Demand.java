package dev.netproof.matrix;

import dev.netproof.model.Destination;
import dev.netproof.model.Identity;
import dev.netproof.model.Source;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What the matrices of one reading ask for, counted before any of it is made. */
final class Demand {
    private final MatrixLimits limits;
    private final Set<Asker> askers = new HashSet<>();
    private long checks;

    Demand(MatrixLimits limits) {
        this.limits = limits;
    }

    /** What makes two sources two probes, as far as the file knows. */
    private record Asker(String namespace, Identity identity, Optional<String> serviceAccount) {}

    /** For one document: reports where in it too much is asked for. */
    OfDocument in(Diagnostics findings) {
        return new OfDocument(findings);
    }

    /** One document's share. */
    final class OfDocument {
        private final Diagnostics findings;
        private final Set<String> refused = new HashSet<>();
        private Optional<Span> tooManyChecks = Optional.empty();
        private Optional<Span> tooManyProbes = Optional.empty();

        private OfDocument(Diagnostics findings) {
            this.findings = findings;
        }

        /** Whether as many more checks may be made; if not, they are counted all the same. */
        boolean admits(long more, Span where) {
            checks += more;
            if (checks > limits.checks()) {
                tooManyChecks = tooManyChecks.or(() -> Optional.of(where));
            }
            return tooManyChecks.isEmpty();
        }

        /** A source is used. */
        void use(Source source, Span where) {
            if (!limits.namespaces().admits(source.namespace()) && refused.add("from " + source.name())) {
                findings.add(where, Problems.namespaceNotAllowed(source, limits.namespaces()));
            }
            askers.add(new Asker(source.namespace(), source.identity(), source.serviceAccount()));
            if (askers.size() > limits.probes()) {
                tooManyProbes = tooManyProbes.or(() -> Optional.of(where));
            }
        }

        /** A destination is used. */
        void use(Destination destination, Span where) {
            if (!limits.destinations().admits(destination.target()) && refused.add("to " + destination.name())) {
                findings.add(where, Problems.destinationNotAllowed(destination));
            }
        }

        /** Says how much was asked for in all, if it was too much. */
        void conclude() {
            tooManyChecks.ifPresent(where -> findings.add(where, Problems.tooManyChecks(checks, limits.checks())));
            tooManyProbes.ifPresent(
                    where -> findings.add(where, Problems.tooManyProbes(askers.size(), limits.probes())));
        }
    }
}
