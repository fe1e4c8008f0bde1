package dev.netproof.kube;

import java.time.Duration;

/**
 * When a followed log that ended is asked for again. A node that has run out of inotify instances cannot follow: it ends every
 * stream where the log ends at present, without an error. All that is left then is to ask again, once a round.
 */
final class Reopening {
    private static final Duration FIRST = Duration.ofMillis(250);
    private static final Duration LONGEST = Duration.ofSeconds(2);

    /** A probe begins a round each second, so asking more often brings nothing new. */
    private static final Duration ROUND = Duration.ofSeconds(1);

    /** A stream that is followed lives as long as its pod, or until its kubelet goes. */
    private static final Duration BRIEF = Duration.ofSeconds(2);

    private static final int BRIEF_ONES = 3;
    private static final int MOST = 6;

    private int fruitless;
    private int brief;
    private boolean polling;

    /**
     * How long to wait.
     *
     * @param lived from the opening of the stream to its end
     */
    Duration after(LogFollow.End end, Duration lived) {
        fruitless = end.progress() == LogFollow.Progress.SOME ? 0 : fruitless + 1;
        brief = end.status() == LogFollow.OK && lived.compareTo(BRIEF) < 0 ? brief + 1 : 0;
        polling = polling || brief >= BRIEF_ONES;
        Duration pause = FIRST.multipliedBy(1L << Math.min(fruitless, MOST));
        if (isPolling() && pause.compareTo(ROUND) < 0) {
            pause = ROUND;
        }
        return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
    }

    /**
     * Whether the node does not follow: a stream after the other ended at once and in order. It stays so: a log that takes long to
     * transfer looks like one that is followed.
     */
    boolean isPolling() {
        return polling;
    }

    /** Whether the log is not to be had. Who is silent for want of CPU is not lost: what ends without an error is asked again. */
    boolean isHopeless(LogFollow.End end) {
        return fruitless > MOST && end.status() != LogFollow.OK;
    }
}
