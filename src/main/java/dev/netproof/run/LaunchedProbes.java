package dev.netproof.run;

import dev.netproof.evidence.EvidenceCollector;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.kube.Testbed;
import dev.netproof.model.Circumstances;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ProbePod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The probes of a run, in the order of their launch: what each was asked to try, and how it runs. */
final class LaunchedProbes {
    private final Testbed session;
    private final EvidenceCollector collector;
    private final Runnable begun;
    private final Map<String, ProbePod> probes = new LinkedHashMap<>();
    private final Map<String, ProbeEvent.Started> running = new HashMap<>();

    /** @param begun runs once, after the first launch */
    LaunchedProbes(Testbed session, EvidenceCollector collector, Runnable begun) {
        this.session = session;
        this.collector = collector;
        this.begun = begun;
    }

    void launch(List<ProbePod> pods) {
        boolean first = probes.isEmpty();
        for (ProbePod pod : pods) {
            probes.put(pod.id(), pod);
            collector.listen(pod);
        }
        session.launch(pods);
        if (first) {
            begun.run();
        }
    }

    /** Takes notice of a probe that runs. */
    void notice(ProbeEvent event) {
        if (event instanceof ProbeEvent.Started started) {
            running.put(started.probe(), started);
        }
    }

    int count() {
        return probes.size();
    }

    /** The matrix's name for whom a probe tries; the probe's id where it is of nobody in the matrix. */
    String source(String probe) {
        return Optional.ofNullable(probes.get(probe)).map(ProbePod::source).orElse(probe);
    }

    Attempt attempt(String probe, int number) {
        return Objects.requireNonNull(probes.get(probe)).attempts().get(number);
    }

    /** Those that started. */
    List<Circumstances.Probe> ran() {
        List<Circumstances.Probe> ran = new ArrayList<>();
        probes.forEach((id, probe) -> {
            ProbeEvent.Started started = running.get(id);
            if (started != null) {
                ProbeEvent.Instance instance = started.instance();
                ran.add(new Circumstances.Probe(
                        probe.source(),
                        probe.namespace(),
                        started.pod(),
                        instance.ip(),
                        started.node(),
                        instance.labels(),
                        instance.serviceAccount(),
                        instance.image(),
                        instance.digest(),
                        probe.represents()));
            }
        });
        return ran;
    }
}
