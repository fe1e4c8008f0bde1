package dev.netproof.cli;

import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterAccess;
import dev.netproof.matrix.MatrixReading;
import dev.netproof.model.Exit;
import dev.netproof.model.Matrix;
import dev.netproof.model.Verdict;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.NetworkPolicies;
import dev.netproof.plan.Plan;
import dev.netproof.plan.PlanTerms;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.Planner;
import dev.netproof.plan.Refusal;
import dev.netproof.plan.UnmatchedSelectors;
import dev.netproof.plan.UnmatchedSelectors.Unmatched;
import dev.netproof.text.Visible;
import java.io.PrintWriter;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Finds mistakes without a cluster. */
@Command(
        name = "lint",
        description = "Find mistakes in matrices, without a cluster. With --live, also check them against the cluster.",
        mixinStandardHelpOptions = true,
        abbreviateSynopsis = true,
        footer = {"", "Examples:", "  netproof lint matrix.yaml", "  netproof lint matrices/ --live --context staging"})
final class LintCommand implements Callable<Integer> {
    @Mixin
    MatrixArguments matrices = new MatrixArguments();

    @Mixin
    ClusterOptions cluster = new ClusterOptions();

    @Option(
            names = "--live",
            description =
                    "Also check against the cluster: Services, labels and ports that do not exist, and policies whose selectors or"
                            + " port names match nothing. Starts no pods.")
    boolean live;

    @Spec
    @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets this before calling");
        }
        PrintWriter err = spec.commandLine().getErr();
        Optional<ClusterAccess> access = live ? Optional.of(cluster.access()) : Optional.empty();
        MatrixReading reading = matrices.read(Optional.ofNullable(cluster.namespace)
                .orElse(access.map(ClusterAccess::namespace).orElse("default")));
        if (!MatrixArguments.usable(reading, err)) {
            return Exit.BAD_INPUT.code();
        }
        if (access.isPresent() && !meaningful(reading, access.get(), matrices.limits.most(), err)) {
            return Exit.INCONCLUSIVE.code();
        }
        int checks = 0;
        for (Matrix matrix : reading.matrices()) {
            checks += matrix.checks().size();
        }
        spec.commandLine()
                .getOut()
                .println(reading.matrices().size() + (reading.matrices().size() == 1 ? " matrix" : " matrices") + ", "
                        + checks + " checks: no mistakes found");
        return Exit.CONFORMS.code();
    }

    /** Shows what this cluster makes of the matrices before anything is probed. */
    private static boolean meaningful(
            MatrixReading reading, ClusterAccess access, PlanTerms.Most most, PrintWriter err) {
        Set<String> namespaces = Planner.namespaces(reading.matrices());
        ClusterFacts facts;
        try (Cluster cluster = ClusterOptions.connect(access)) {
            facts = cluster.survey(namespaces).with(cluster.policies(namespaces));
            unmatched(cluster, namespaces, facts, err);
        }
        PlanTerms terms = new PlanTerms(
                LocalDate.now(ZoneId.systemDefault()),
                Integer.MAX_VALUE,
                PlanTerms.Published.REFUSE,
                Optional.empty(),
                Map.of(),
                most);
        Plan plan = Planner.plan(reading.matrices(), facts, terms);
        for (Refusal refusal : plan.refusals()) {
            err.println("error: " + Visible.of(refusal.problem()) + "\n  fix: " + Visible.of(refusal.fix()));
        }
        boolean clean = plan.refusals().isEmpty();
        for (PlannedCheck planned : plan.checks()) {
            Optional<Verdict> verdict = planned.foregone().or(planned::doubt);
            if (verdict.isPresent()) {
                clean = false;
                err.println(Visible.of(planned.check().location() + ": "
                                + planned.check().sentence() + ": "
                                + verdict.get().explanation())
                        + verdict.get()
                                .fix()
                                .map(fix -> "\n  fix: " + Visible.of(fix))
                                .orElse(""));
            }
        }
        return clean;
    }

    /** Warns of what no policy can mean: selectors and port names that match nothing. */
    private static void unmatched(Cluster cluster, Set<String> namespaces, ClusterFacts facts, PrintWriter err) {
        NetworkPolicies policies = cluster.networkPolicies(namespaces);
        policies.unreadable()
                .forEach(doing -> err.println(
                        "note: not permitted to " + Visible.of(doing) + ": the policies there were not checked"));
        if (policies.found().isEmpty()) {
            return;
        }
        Optional<Map<String, Map<String, String>>> all = cluster.namespaces();
        if (all.isEmpty()) {
            err.println("note: not permitted to list namespaces: namespaceSelectors were not checked");
        }
        Optional<List<ClusterFacts.Pod>> pods = cluster.allPods();
        List<Unmatched> found = UnmatchedSelectors.of(
                policies.found(),
                all,
                pods.orElse(facts.pods()),
                pods.isPresent() ? Optional.empty() : Optional.of(namespaces));
        for (Unmatched one : found) {
            err.println("warning: "
                    + Visible.of("NetworkPolicy " + one.policy() + " in namespace " + one.namespace() + ": "
                            + one.field() + ": " + one.problem())
                    + "\n  fix: " + Visible.of(one.fix()));
        }
    }
}
