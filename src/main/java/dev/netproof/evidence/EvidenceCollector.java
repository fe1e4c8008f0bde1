package dev.netproof.evidence;

import dev.netproof.evidence.ProbeEvent.Answer;
import dev.netproof.plan.ProbePod;
import dev.netproof.probe.ProbeFact;
import dev.netproof.probe.ProbeLog;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what a session tells into the store: the only place where events and lines of logs are read, for a run, for the canary beside it
 * and for the enforcement check.
 */
public final class EvidenceCollector {
    private final EvidenceStore store;
    private final String nonce;
    private final Duration connectTimeout;
    private final Map<String, ProbeLog> logs = new LinkedHashMap<>();

    /**
     * @param nonce begins every genuine line
     * @param connectTimeout of one attempt
     */
    public EvidenceCollector(EvidenceStore store, String nonce, Duration connectTimeout) {
        this.store = store;
        this.nonce = nonce;
        this.connectTimeout = connectTimeout;
    }

    /** Listens to a probe that is about to be started. */
    public void listen(ProbePod probe) {
        logs.put(probe.id(), new ProbeLog(probe, nonce, connectTimeout));
    }

    /** Takes in what happened; a probe's line may complete a round, and what it showed comes back. */
    public List<ProbeFact> accept(ProbeEvent event) {
        if (event instanceof ProbeEvent.Line line) {
            return read(line);
        }
        if (event instanceof ProbeEvent.Started started) {
            Optional.ofNullable(logs.get(started.probe())).ifPresent(log -> log.started(started.at()));
            store.started(started.probe(), started.at(), started.pod(), started.node(), started.changed());
        } else if (event instanceof ProbeEvent.Serving serving) {
            store.serving(serving.server(), serving.at(), serving.pod(), serving.node(), serving.changed());
        } else if (event instanceof ProbeEvent.Watched watched) {
            store.watched(watched.server(), watched.at(), watched.readiness());
        } else if (event instanceof ProbeEvent.Lost lost) {
            store.lost(lost.probe(), lost.why(), lost.fix());
        } else if (event instanceof ProbeEvent.Answered answered) {
            if (answered.answer() == Answer.LISTENING) {
                store.listening(answered.backend(), answered.at());
            } else {
                store.silent(answered.backend(), answered.at(), answered.detail());
            }
        }
        return List.of();
    }

    private List<ProbeFact> read(ProbeEvent.Line line) {
        ProbeLog log = logs.get(line.probe());
        if (log == null) {
            return List.of();
        }
        List<ProbeFact> facts = log.accept(line.at(), line.text());
        facts.forEach(fact -> take(line.probe(), fact));
        return facts;
    }

    private void take(String probe, ProbeFact fact) {
        if (fact instanceof ProbeFact.DatedAnew anew) {
            store.datedAnew(probe, anew.earlier());
        } else if (fact instanceof ProbeFact.Starved starved) {
            store.starved(probe, starved.from(), starved.to());
        } else if (fact instanceof ProbeFact.Attempted attempted) {
            store.attempted(probe, attempted.reading());
        } else if (fact instanceof ProbeFact.RoundEnded ended && ended.weight() == ProbeFact.Weight.STARVED) {
            store.starvedRound(probe);
        }
    }

    /**
     * Sees which probes seem starved now: their rounds are overdue.
     *
     * @param pace between the starts of two rounds
     */
    public void lookForStarving(Instant now, Duration pace) {
        logs.forEach((id, log) -> store.starving(id, log.starving(now, pace).map(ProbeFact.Starved::from), now));
    }

    /** Probes that were starved, in the order of their start, and how: "was starved of CPU in 2 rounds, which were not counted". */
    public Map<String, String> starvation() {
        Map<String, String> starved = new LinkedHashMap<>();
        for (String probe : logs.keySet()) {
            int rounds = store.starvedRounds(probe);
            if (rounds > 0) {
                starved.put(
                        probe,
                        "was starved of CPU in " + rounds
                                + (rounds == 1 ? " round, which was not counted" : " rounds, which were not counted"));
            }
        }
        return starved;
    }

    /** Whether a line that completes a round of the probe came. */
    public static boolean isCountedRound(List<ProbeFact> facts) {
        return facts.stream()
                .anyMatch(fact ->
                        fact instanceof ProbeFact.RoundEnded ended && ended.weight() == ProbeFact.Weight.COUNTED);
    }
}
