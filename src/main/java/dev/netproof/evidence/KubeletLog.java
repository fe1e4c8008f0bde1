package dev.netproof.evidence;

import dev.netproof.model.Outcome;
import dev.netproof.model.Sample;
import dev.netproof.plan.ClusterFacts.Readiness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What kubelets found that connect to servers of netproof's. */
final class KubeletLog {
    /** A second until the kubelet tries again, one for its time-out, one until its word has come here. */
    private static final Duration TOLD_WITHIN = Duration.ofSeconds(3);

    private record Told(Instant at, Readiness found) {}

    private final Map<String, List<Told>> byServer = new HashMap<>();

    void found(String server, Instant at, Readiness found) {
        byServer.computeIfAbsent(server, s -> new ArrayList<>()).add(new Told(at, found));
    }

    /**
     * The kubelet connects every second and tells what it finds when that changes: until it has had the time to, nothing is known of the
     * latest moments, nor of those just before a change to the worse.
     */
    List<Sample> looks(String server, Instant now) {
        List<Sample> looks = new ArrayList<>();
        List<Told> told = byServer.getOrDefault(server, List.of());
        for (int i = 0; i < told.size(); i++) {
            boolean ready = told.get(i).found() == Readiness.READY;
            Instant until =
                    (i + 1 < told.size() ? told.get(i + 1).at() : now).minus(ready ? TOLD_WITHIN : Duration.ZERO);
            for (Instant at = told.get(i).at(); !at.isAfter(until); at = at.plusSeconds(1)) {
                looks.add(new Sample(
                        at,
                        Duration.ZERO,
                        looks.size() + 1,
                        ready ? Outcome.CONNECTED : Outcome.TIMEOUT,
                        ready ? "the kubelet finds it ready" : "the kubelet does not find it ready"));
            }
        }
        return looks;
    }
}
