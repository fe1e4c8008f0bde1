package dev.netproof.plan;

import dev.netproof.model.Check;
import dev.netproof.model.Exit;
import dev.netproof.model.Expectation;
import dev.netproof.model.Matrix;
import dev.netproof.model.Path;
import dev.netproof.model.Placement;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict;
import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.ClusterFacts.Existence;
import dev.netproof.plan.ClusterFacts.Service;
import dev.netproof.plan.ProbeBook.SourceIdentity;
import dev.netproof.plan.ProbePod.Ownership;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Turns matrices and cluster facts into a plan. Pure. */
public final class Planner {
    /** Kinds whose controllers adopt a pod without one that their selector matches. */
    private static final List<String> ADOPTERS =
            List.of("replicasets", "replicationcontrollers", "statefulsets", "daemonsets", "jobs");

    /** How a plan that is not carried out calls the namespace that a run would make. */
    private static final String OWN_NAMESPACE = "netproof-RUN";

    private final ClusterFacts facts;
    private final PlanTerms terms;
    private final Destinations destinations;
    private final Sources sources;
    private final ProbeBook probes = new ProbeBook("p");
    private final ProbeBook controls = new ProbeBook("c");
    private final Set<Refusal> refusals = new LinkedHashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();

    /** Services that list pods before they are ready. */
    private final List<Service> published;

    private final Size size;

    private Planner(ClusterFacts facts, PlanTerms terms) {
        this.facts = facts;
        this.terms = terms;
        this.destinations = new Destinations(facts, terms);
        this.sources = new Sources(facts);
        this.size = new Size(terms.most());
        this.published = facts.services().stream()
                .filter(service -> service.publishing() == ClusterFacts.Publishing.NOT_READY_TOO
                        && !service.selector().isEmpty())
                .toList();
    }

    /** The namespaces that must be looked into before these checks can be planned. */
    public static Set<String> namespaces(List<Matrix> matrices) {
        Set<String> names = new TreeSet<>();
        for (Matrix matrix : matrices) {
            for (Check check : matrix.checks()) {
                names.add(check.source().namespace());
                namespace(check.destination().target()).ifPresent(names::add);
            }
        }
        return names;
    }

    public static Plan plan(List<Matrix> matrices, ClusterFacts facts, PlanTerms terms) {
        return new Planner(facts, terms).plan(matrices);
    }

    private Plan plan(List<Matrix> matrices) {
        List<PlannedCheck> planned = new ArrayList<>();
        for (Matrix matrix : matrices) {
            for (Check check : matrix.checks()) {
                planned.add(plan(check));
            }
        }
        refusals.addAll(size.refusals());
        notes.addAll(destinations.notes());
        notes.addAll(sources.notes());
        List<ProbePod> pods = probes.probes(this::ownership);
        pods.forEach(this::observeCounters);
        return new Plan(
                pods, controls.probes(identity -> Ownership.PLAIN), planned, List.copyOf(refusals), List.copyOf(notes));
    }

    private PlannedCheck plan(Check check) {
        if (check.exception().isPresent()
                && check.origin() == Check.Origin.EXCEPTION
                && check.exception().get().expires().isBefore(terms.today())) {
            return foregone(check, PreflightVerdicts.expired(check.exception().get()));
        }
        requireNamespace(
                check, check.source().namespace(), "source " + check.source().name());
        namespace(check.destination().target())
                .ifPresent(n -> requireNamespace(
                        check, n, "destination " + check.destination().name()));
        Reach reach = destinations.reach(check.destination());
        Sources.Found source = sources.find(check, reach);
        if (reach.foregone().isPresent()) {
            // An identity that no pod has is said too, and first: nothing else is worth mending before it.
            return foregone(
                    check,
                    source.foregone()
                            .or(source::doubt)
                            .filter(trouble -> trouble.status() == Verdict.Status.INCONCLUSIVE)
                            .map(trouble ->
                                    trouble.besides(List.of(reach.foregone().get())))
                            .orElseGet(reach.foregone()::get));
        }
        return source.foregone()
                .map(verdict -> foregone(check, verdict))
                .orElseGet(() -> paths(check, reach, source.who(), source.doubt()));
    }

    /** A check holds if it holds for everybody that the source is. */
    private PlannedCheck paths(Check check, Reach reach, List<Sources.Who> source, Optional<Verdict> doubt) {
        List<PlannedPath> paths = new ArrayList<>();
        boolean everybody = true;
        for (Sources.Who who : source) {
            refusePublished(check, who.identity());
            List<Optional<String>> nodes = nodes(check, reach, who.identity());
            if (!size.admits(check, who.identity(), nodes.size(), reach.ways().size())) {
                return new PlannedCheck(check, List.of(), Optional.empty(), doubt);
            }
            everybody &= !nodes.isEmpty();
            nodes.forEach(node -> paths.addAll(paths(check, reach, who, node)));
        }
        if (paths.isEmpty() || !everybody) {
            return foregone(
                    check,
                    facts.unreadable().contains("list nodes")
                            ? PreflightVerdicts.hidden(
                                    "list nodes",
                                    "where a probe for this placement would run",
                                    Verdict.Reason.NO_SUCH_SOURCE)
                            : PreflightVerdicts.unsupported(
                                    "no node can run a probe for this placement", "use nodes: any"));
        }
        control(reach);
        return new PlannedCheck(check, paths, Optional.empty(), doubt);
    }

    private List<PlannedPath> paths(Check check, Reach reach, Sources.Who who, Optional<String> node) {
        ProbeBook.Entry probe =
                probes.entry(check.source().name(), who.identity().on(node.or(who.identity()::node)), who.pods());
        return reach.ways().stream()
                .filter(way -> way.kind() != Path.Kind.LOOKUP || lookupMatters(check, reach))
                .map(way -> new PlannedPath(
                        probe.id(), probe.index(way.attempt()), way.path(), way.backends(), way.routing(), who.title()))
                .toList();
    }

    /** A denial is judged by addresses; but an outside name whose address nobody knows can only be tried by name. */
    private static boolean lookupMatters(Check check, Reach reach) {
        return check.expectation() == Expectation.ALLOW || reach.isByName();
    }

    private List<Optional<String>> nodes(Check check, Reach reach, SourceIdentity identity) {
        Placement placement = check.source().placement();
        if (placement != Placement.ANY) {
            return nodes(check, reach, identity, placement);
        }
        // A denial is tried where the Service's address leads to somebody; elsewhere it is silent without any policy.
        List<Optional<String>> leading = check.expectation().forbids()
                        && reach.isLocal()
                        && identity.node().isEmpty()
                ? nodes(check, reach, identity, Placement.SAME)
                : List.of();
        return leading.isEmpty() ? List.of(Optional.empty()) : leading;
    }

    private List<Optional<String>> nodes(Check check, Reach reach, SourceIdentity identity, Placement placement) {
        List<String> usable = new ArrayList<>();
        for (ClusterFacts.Node node : facts.nodes()) {
            Optional<String> why = node.unusable()
                    .or(() -> identity.admits(node)
                            ? Optional.empty()
                            : Optional.of("the nodeSelector or node affinity of "
                                    + check.source().name() + " excludes it"));
            if (why.isEmpty()) {
                usable.add(node.name());
            } else if (placement == Placement.EACH) {
                notes.add("node " + node.name() + " was not tested: " + why.get());
            }
        }
        Stream<String> sorted = usable.stream().sorted();
        Stream<String> chosen = placement == Placement.EACH
                ? sorted
                : sorted.filter(n -> reach.nodes().contains(n) == (placement == Placement.SAME))
                        .limit(1);
        return chosen.map(Optional::of).toList();
    }

    /** What is outside has no pod whose life could be shown: a probe of netproof's own shows it, free of egress policy. */
    private void control(Reach reach) {
        if (reach.controls().isEmpty()) {
            return;
        }
        ProbeBook.Entry control = controls.entry(
                "control",
                SourceIdentity.of(terms.controlNamespace().orElse(OWN_NAMESPACE), Map.of(), Optional.empty()),
                List.of());
        reach.controls().forEach(control::index);
    }

    private void requireNamespace(Check check, String namespace, String whose) {
        if (facts.namespaces().get(namespace) == Existence.ABSENT) {
            refusals.add(new Refusal(
                    Exit.BAD_INPUT,
                    check.location() + ": there is no namespace " + namespace + " (" + whose + ")",
                    "correct the namespace in the matrix, or create it"));
        }
    }

    private void refusePublished(Check check, SourceIdentity identity) {
        for (Service service : published) {
            if (service.namespace().equals(identity.namespace())
                    && Selector.of(service.selector()).selects(identity.labels())) {
                String what = "Service " + service.name() + " in namespace " + service.namespace()
                        + " publishes pods that are not ready, so a probe with the labels of source "
                        + check.source().name() + " would be listed among its addresses";
                if (terms.published() == PlanTerms.Published.ALLOW) {
                    notes.add(what + " (--allow-published)");
                } else {
                    refusals.add(
                            new Refusal(
                                    Exit.NOT_JUDGED,
                                    check.location() + ": " + what,
                                    "if its clients tolerate an endpoint that does not answer for a moment, add --allow-published"));
                }
            }
        }
    }

    private Ownership ownership(SourceIdentity identity) {
        boolean unknown = ADOPTERS.stream()
                .anyMatch(kind -> facts.hidden(kind, identity.namespace()).isPresent());
        boolean adopted = facts.selectors().stream()
                .anyMatch(s -> s.effect() == ClusterFacts.Effect.ADOPTS
                        && s.namespace().equals(identity.namespace())
                        && s.selector().selects(identity.labels()));
        return unknown || adopted ? Ownership.CONTROLLER : Ownership.PLAIN;
    }

    private void observeCounters(ProbePod probe) {
        facts.selectors().stream()
                .filter(s -> s.effect() == ClusterFacts.Effect.COUNTS
                        && s.namespace().equals(probe.namespace())
                        && s.selector().selects(probe.labels()))
                .forEach(s -> notes.add(s.kind() + " " + s.name() + " in namespace " + s.namespace()
                        + " counts the probe of source " + probe.source() + " while it runs, by its labels"));
    }

    /** As the API calls many of them. */
    static String plural(WorkloadKind kind) {
        return switch (kind) {
            case DEPLOYMENT -> "deployments";
            case STATEFUL_SET -> "statefulsets";
            case DAEMON_SET -> "daemonsets";
            case JOB -> "jobs";
            case CRON_JOB -> "cronjobs";
        };
    }

    private static PlannedCheck foregone(Check check, Verdict verdict) {
        return new PlannedCheck(check, List.of(), Optional.of(verdict), Optional.empty());
    }

    private static Optional<String> namespace(Target target) {
        if (target instanceof Target.Service t) {
            return Optional.of(t.namespace());
        }
        if (target instanceof Target.Pods t) {
            return Optional.of(t.namespace());
        }
        if (target instanceof Target.Workload t) {
            return Optional.of(t.namespace());
        }
        return target instanceof Target.Pod t ? Optional.of(t.namespace()) : Optional.empty();
    }
}
