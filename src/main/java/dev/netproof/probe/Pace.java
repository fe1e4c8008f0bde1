package dev.netproof.probe;

import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;

/**
 * How often the probes of a session try everything. Probes that try too much at once starve themselves, and the engines that judge
 * their packets: some of those then let through what they have no time for.
 *
 * @param round between the starts of two rounds of one probe, in tenths of a second
 */
public record Pace(Duration round) {
    /** As often as makes sense: denied attempts overlap, and more of them at once tell nothing new. */
    public static final Pace QUICK = new Pace(Duration.ofSeconds(1));

    /** What two small nodes, a control plane beside them and this process were seen to bear. */
    private static final int ATTEMPTS_PER_SECOND = 700;

    /** How much of the time between rounds the beginnings of one take up. */
    private static final double SPREAD = 0.8;

    /** The pace at which all these probes together make a bearable number of attempts. */
    public static Pace of(Collection<ProbePod> probes) {
        int attempts = probes.stream().mapToInt(p -> p.attempts().size()).sum();
        int tenths = (10 * attempts + ATTEMPTS_PER_SECOND - 1) / ATTEMPTS_PER_SECOND;
        return new Pace(Duration.ofMillis(100L * Math.max(10, tenths)));
    }

    /** The time between rounds as {@code sleep} takes it, in seconds. */
    String pause() {
        long tenths = round.toMillis() / 100;
        return tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10;
    }

    /** How many rounds of a probe may be under way: those that begin or wait for a time-out, and one that ends late. */
    int underWay(Duration connectTimeout) {
        return Math.toIntExact(connectTimeout.plus(round).toMillis() / round.toMillis()) + 1;
    }

    /** Seconds between the parts of a round, so that they do not begin all at once. */
    String gap(int parts) {
        if (parts <= 1) {
            return "0";
        }
        return String.format(Locale.ROOT, "%.2f", round.toMillis() * SPREAD / parts / 1_000);
    }
}
