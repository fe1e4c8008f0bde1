package dev.netproof.probe;

import dev.netproof.plan.Attempt;
import dev.netproof.plan.ProbePod;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Probes that make these attempts. */
final class Probes {
    static final String NONCE = "0123456789abcdef01234567";

    private Probes() {}

    static ProbePod trying(Attempt... attempts) {
        return trying(ProbePod.Tools.CURL, attempts);
    }

    static ProbePod trying(ProbePod.Tools tools, Attempt... attempts) {
        return new ProbePod(
                "p0",
                "storefront",
                "shop",
                Map.of("app", "storefront"),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                List.of(),
                ProbePod.Ownership.PLAIN,
                tools,
                List.of(attempts));
    }
}
