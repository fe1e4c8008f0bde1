package dev.netproof.run;

import dev.netproof.evidence.EvidenceCollector;
import dev.netproof.evidence.EvidenceStore;
import dev.netproof.evidence.HostAddresses;
import dev.netproof.evidence.ProbeEvent;
import dev.netproof.kube.EvidenceLoop;
import dev.netproof.kube.Testbed;
import dev.netproof.model.Matrix;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.Plan;
import dev.netproof.plan.Planner;
import dev.netproof.plan.ProbePod;
import dev.netproof.probe.ProbeFact;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The control of outside hosts: probes in the run's own namespace that show these hosts alive, and what their names resolve to. */
final class OutsideControl {
    /** How long outside names may take to resolve before the sources go ahead without. */
    private static final Duration START = Duration.ofSeconds(20);

    private final Testbed session;
    private final OwnNamespace namespace;
    private final LaunchedProbes probes;
    private final EvidenceStore evidence;
    private final EvidenceLoop loop;
    private final RunTerms terms;
    private final Progress progress;
    private final Consumer<String> notes;

    OutsideControl(
            Testbed session,
            OwnNamespace namespace,
            LaunchedProbes probes,
            EvidenceStore evidence,
            EvidenceLoop loop,
            RunTerms terms,
            Progress progress,
            Consumer<String> notes) {
        this.session = session;
        this.namespace = namespace;
        this.probes = probes;
        this.evidence = evidence;
        this.loop = loop;
        this.terms = terms;
        this.progress = progress;
        this.notes = notes;
    }

    /**
     * The plan with outside names resolved by controls; the same without controls where they have no place, and the same as it is where
     * the addresses make it too large.
     */
    Plan resolved(List<Matrix> matrices, ClusterFacts facts, Plan first) {
        if (first.controls().isEmpty()) {
            return first;
        }
        Optional<String> place = namespace.place();
        if (place.isEmpty()) {
            notes.accept(
                    "no control for outside addresses: " + namespace.refusal().orElse("no namespace for it")
                            + "; permit netproof to create namespaces, or name one without egress policies: --control-namespace");
            return new Plan(first.probes(), List.of(), first.checks(), List.of(), first.notes());
        }
        notes.accept("the control for outside addresses ran in namespace " + place.get()
                + (namespace.isNamed() ? " (--control-namespace)" : ", which the run made for it"));
        progress.step("starting a control in namespace " + place.get());
        evidence.expectControls(first.controls());
        probes.launch(first.controls());
        Map<String, List<String>> addresses = addresses(first.controls());
        Plan second = Planner.plan(matrices, facts, terms.plan().resolved(addresses));
        if (!second.refusals().isEmpty()) {
            notes.accept("outside hosts are tried by name alone, not at the addresses that their names resolved to: "
                    + second.refusals().stream()
                            .map(refusal -> refusal.problem() + " (" + refusal.fix() + ")")
                            .collect(Collectors.joining("; ")));
            return first;
        }
        return new Plan(second.probes(), first.controls(), second.checks(), List.of(), second.notes());
    }

    /** Waits for the controls, and says what the names resolved to. */
    private Map<String, List<String>> addresses(List<ProbePod> controls) {
        Resolving resolving = new Resolving(controls);
        loop.run(session.now().plus(START), resolving);
        resolving.hosts.notes().forEach(notes);
        return resolving.hosts.addresses();
    }

    /**
     * Until the controls have reached every outside name, for some rounds at most. More than one round, because a fresh pod may be denied until
     * its rules have arrived.
     */
    private final class Resolving implements EvidenceLoop.Listener {
        private final HostAddresses hosts = new HostAddresses();
        private final Set<String> waiting = new HashSet<>();
        private final Map<String, Integer> rounds = new HashMap<>();

        private Resolving(List<ProbePod> controls) {
            controls.forEach(control -> waiting.add(control.id()));
        }

        @Override
        public boolean isDone() {
            return waiting.isEmpty();
        }

        @Override
        public void heard(ProbeEvent event, List<ProbeFact> facts) {
            probes.notice(event);
            if (event instanceof ProbeEvent.Lost lost) {
                waiting.remove(lost.probe());
                notes.accept("no control for outside addresses: " + lost.why());
            } else if (event instanceof ProbeEvent.Line line && EvidenceCollector.isCountedRound(facts)) {
                round(line.probe(), facts);
            }
        }

        private void round(String control, List<ProbeFact> facts) {
            List<Attempt.ByName> names = new ArrayList<>();
            for (ProbeFact fact : facts) {
                if (fact instanceof ProbeFact.Attempted attempted
                        && probes.attempt(control, attempted.reading().attempt()) instanceof Attempt.ByName name) {
                    hosts.heard(name, attempted.reading());
                    names.add(name);
                }
            }
            boolean clear = names.stream().allMatch(name -> hosts.isNowhere(name) || hosts.isFound(name));
            if (rounds.merge(control, 1, Integer::sum) >= terms.convergence().stable() || clear) {
                waiting.remove(control);
            }
        }
    }
}
