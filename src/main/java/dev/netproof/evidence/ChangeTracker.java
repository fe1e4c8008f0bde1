package dev.netproof.evidence;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** When something last became known that bears on checks, counted by a clock of its own. */
final class ChangeTracker {
    private long clock;
    private long everywhere;
    private final Map<String, Long> byBackend = new HashMap<>();

    /** Something that may bear on any check. */
    void everywhere() {
        everywhere = ++clock;
    }

    void of(String backend) {
        byBackend.put(backend, ++clock);
    }

    long latest() {
        return clock;
    }

    boolean forAllSince(long moment) {
        return everywhere > moment;
    }

    boolean since(long moment, Stream<String> backends) {
        return clock > moment
                && (everywhere > moment || backends.anyMatch(backend -> byBackend.getOrDefault(backend, 0L) > moment));
    }
}
