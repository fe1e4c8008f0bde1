package dev.netproof.judge;

import dev.netproof.model.Cause;
import dev.netproof.model.ControlGrade;

/** The words for who refused: what came back, who sent it, and how sure that is. */
final class RefusalWords {
    private static final String A_FILTER = "a filter, for sure";

    private RefusalWords() {}

    /** @param control tells more where the refusal itself does not say who sent it */
    static String of(RefusalOrigin origin, ControlGrade control) {
        return what(origin) + ": " + who(origin, control);
    }

    private static String what(RefusalOrigin origin) {
        String cause = article(origin.cause()) + origin.cause().words();
        return switch (origin.sign()) {
            case FROM_ANOTHER -> cause + ", which is not the target";
            case INSTEAD_OF_A_RESET -> cause + ", where the target's own kernel would have reset";
            case IN_THE_TARGETS_NAME ->
                cause + (origin.cause() instanceof Cause.Icmp ? "," : "") + " in the target's own name";
            default -> cause;
        };
    }

    private static String article(Cause cause) {
        if (cause instanceof Cause.Icmp) {
            return "an ";
        }
        return cause instanceof Cause.OwnKernel ? "" : "a ";
    }

    private static String who(RefusalOrigin origin, ControlGrade control) {
        return switch (origin.sign()) {
            case RULE_IN_THE_POD -> "a rule on the way out of the pod, for sure";
            case NO_ROUTE -> "no packet left the probe, for sure";
            case PROHIBITED, FROM_ANOTHER, INSTEAD_OF_A_RESET -> A_FILTER;
            case LIKE_ITS_PODS -> "a filter, as in front of its pods, for sure";
            case ROUTER_OR_FILTER -> "a router without a route, or a filter; not sure";
            case TRANSLATED -> "the far end, or a filter; not sure";
            case IN_THE_TARGETS_NAME ->
                switch (control) {
                    case REACHED, LISTENING -> "most likely a filter, because the target listens to others";
                    case LISTENING_LOOPBACK ->
                        "its kernel, if it listens on its loop-back alone, or a filter; not sure";
                    case OTHER_FAMILY ->
                        "its own kernel, because nobody listens there in this family, or a filter; not open either way";
                    case NONE -> "its own kernel, because nobody listens, or a filter; not sure";
                };
        };
    }
}
