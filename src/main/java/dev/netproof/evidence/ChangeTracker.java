package dev.netproof.evidence;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** When something last became known that bears on checks, counted by a clock of its own. */
final class ChangeTracker {
    private long clock;
    private long everywhere;
    private final Map<Object, Long> bySubject = new HashMap<>();

    /** Something that may bear on any check. */
    void everywhere() {
        everywhere = ++clock;
    }

    /** Something that bears on checks about this subject: a backend's key, or a route. */
    void of(Object subject) {
        bySubject.put(subject, ++clock);
    }

    long latest() {
        return clock;
    }

    boolean forAllSince(long moment) {
        return everywhere > moment;
    }

    boolean since(long moment, Stream<?> subjects) {
        return clock > moment
                && (everywhere > moment || subjects.anyMatch(one -> bySubject.getOrDefault(one, 0L) > moment));
    }
}
