package dev.netproof.judge;

import dev.netproof.model.Sample;
import dev.netproof.plan.ProbePod;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Probes beside a probe, of the same identity on the same node, that see what curl cannot: who refuses. They explain what the probe saw and
 * decide nothing themselves.
 */
final class Twins {
    private final Map<String, ProbePod> byProbe = new HashMap<>();
    private final Map<String, Track> tracks = new HashMap<>();

    void add(String probe, ProbePod twin) {
        byProbe.put(probe, twin);
        twin.attempts()
                .forEach(attempt -> tracks.put(key(twin.id(), twin.attempts().indexOf(attempt)), new Track()));
    }

    boolean has(String probe) {
        return byProbe.containsKey(probe);
    }

    /** Whether the sample was a twin's. */
    boolean took(String probe, int attempt, Sample sample) {
        if (tracks.isEmpty()) {
            return false;
        }
        Optional<Track> track = Optional.ofNullable(tracks.get(key(probe, attempt)));
        track.ifPresent(t -> t.add(sample));
        return track.isPresent();
    }

    /** The twin that makes this attempt of a probe, if there is one. */
    Optional<Seen> of(ProbePod probe, int attempt) {
        ProbePod twin = byProbe.get(probe.id());
        if (twin == null) {
            return Optional.empty();
        }
        int index = twin.attempts().indexOf(probe.attempts().get(attempt));
        return Optional.ofNullable(tracks.get(key(twin.id(), index)))
                .map(track -> new Seen(twin.id(), List.copyOf(track.samples())));
    }

    /** What a twin saw of one attempt. */
    record Seen(String twin, List<Sample> samples) {}

    private static String key(String probe, int attempt) {
        return probe + " " + attempt;
    }
}
