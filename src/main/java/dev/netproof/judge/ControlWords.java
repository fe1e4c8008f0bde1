package dev.netproof.judge;

import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.EvidenceStore.AliveWindow;
import dev.netproof.judge.Proof.By;
import dev.netproof.model.Family;
import dev.netproof.plan.Backend;
import java.util.TreeSet;

/** The words for a control, and for what is missing of one. */
final class ControlWords {
    /** How many of the sources that reached a backend are named: three are proof enough, and sixty are too long to read. */
    private static final int NAMED = 3;

    private static final String PORT_FORWARD = "a port-forward found it listening";

    private final EvidenceStore evidence;

    ControlWords(EvidenceStore evidence) {
        this.evidence = evidence;
    }

    /** Who or what showed the far end alive. */
    String of(By by) {
        if (by instanceof By.Sources sources) {
            return reachedBy(sources.window(), sources.backend());
        }
        if (by instanceof By.SameSource same) {
            return "the same source reached " + same.pod().endpoint();
        }
        if (by instanceof By.Kubelet) {
            return "the kubelet's readiness probe and " + PORT_FORWARD;
        }
        if (by instanceof By.OtherFamily family) {
            return "no source reached it over " + family.family().word() + ", but over "
                    + Family.of(family.other().ip()).word() + " "
                    + (family.window().probes().get().isEmpty()
                            ? PORT_FORWARD
                            : reachedBy(family.window(), family.other()));
        }
        return PORT_FORWARD;
    }

    private String reachedBy(AliveWindow window, Backend backend) {
        TreeSet<String> named = new TreeSet<>();
        boolean others = false;
        for (String probe : window.probes().get()) {
            String source = evidence.source(probe);
            if (named.size() == NAMED && source.compareTo(named.last()) > 0) {
                others = true;
            } else if (named.add(source) && named.size() > NAMED) {
                named.pollLast();
                others = true;
            }
        }
        String who = named.isEmpty() ? "another source" : String.join(", ", named);
        return who + (others ? " and others" : "") + " reached " + backend.endpoint() + " " + window.times()
                + (window.times() == 1 ? " time" : " times");
    }

    /** Why there is no control. */
    static String of(MissingControl missing) {
        return switch (missing.why()) {
            case NO_WAY -> "it listens, but " + nothingGot(missing);
            case NO_WAY_IN_THIS_FAMILY ->
                "no source reached it over " + missing.family().word() + ", and " + nothingGot(missing) + " over "
                        + missing.family().word();
            case NO_ANSWER ->
                "no other source was answered both before and after the attempts, and a UDP server need not answer";
            case NO_LISTENER -> missing.answer().orElse("no other source reached it");
            case NOT_AROUND_THE_ATTEMPTS -> "it was alive, but not both before and after the attempts";
            case NEVER_REACHED -> "no other source reached it";
        };
    }

    private static String nothingGot(MissingControl missing) {
        return "no packet got from node " + missing.fromNode().orElse("?") + " to node "
                + missing.toNode().orElse("?");
    }
}
