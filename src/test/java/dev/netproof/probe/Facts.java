package dev.netproof.probe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Picks one kind of fact out of what lines showed. */
final class Facts {
    private Facts() {}

    static List<AttemptResult> readings(List<ProbeFact> facts) {
        List<AttemptResult> readings = new ArrayList<>();
        for (ProbeFact fact : facts) {
            if (fact instanceof ProbeFact.Attempted attempted) {
                readings.add(attempted.reading());
            }
        }
        return readings;
    }

    static List<ProbeFact.Starved> starved(List<ProbeFact> facts) {
        List<ProbeFact.Starved> starved = new ArrayList<>();
        for (ProbeFact fact : facts) {
            if (fact instanceof ProbeFact.Starved one) {
                starved.add(one);
            }
        }
        return starved;
    }

    static long starvedRounds(List<ProbeFact> facts) {
        return facts.stream()
                .filter(fact ->
                        fact instanceof ProbeFact.RoundEnded ended && ended.weight() == ProbeFact.Weight.STARVED)
                .count();
    }

    static Duration datedAnew(List<ProbeFact> facts) {
        Duration earlier = Duration.ZERO;
        for (ProbeFact fact : facts) {
            if (fact instanceof ProbeFact.DatedAnew anew) {
                earlier = earlier.plus(anew.earlier());
            }
        }
        return earlier;
    }
}
