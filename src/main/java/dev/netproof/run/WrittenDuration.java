package dev.netproof.run;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as kubectl writes them: 90s, 5m, 1h, 1m30s, 500ms. */
public final class WrittenDuration {
    /** Nothing of a run takes longer, and the kubelet refuses a deadline of centuries. */
    private static final Duration LONGEST = Duration.ofHours(24);

    private static final Pattern FORM =
            Pattern.compile("(?:(\\d{1,6})h)?(?:(\\d{1,6})m(?!s))?(?:(\\d{1,6})s)?(?:(\\d{1,9})ms)?");

    private WrittenDuration() {}

    /**
     * A duration of a millisecond or more, and a day at most.
     *
     * @throws IllegalArgumentException if it is none; the message says why
     */
    public static Duration parse(String written) {
        Matcher matcher = FORM.matcher(written);
        if (written.isEmpty() || !matcher.matches()) {
            throw new IllegalArgumentException("'" + written + "' is not a duration; write it as 90s, 5m or 1m30s");
        }
        Duration duration = Duration.ofHours(part(matcher, 1))
                .plusMinutes(part(matcher, 2))
                .plusSeconds(part(matcher, 3))
                .plusMillis(part(matcher, 4));
        if (duration.isZero()) {
            throw new IllegalArgumentException("'" + written + "' must be longer than zero");
        }
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("'" + written + "' is too long; the maximum is 24h");
        }
        return duration;
    }

    private static long part(Matcher matcher, int group) {
        return matcher.group(group) == null ? 0 : Long.parseLong(matcher.group(group));
    }
}
