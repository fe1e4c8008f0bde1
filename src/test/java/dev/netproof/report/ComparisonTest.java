package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Exit;
import dev.netproof.model.Expectation;
import dev.netproof.model.Outcome;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Report;
import dev.netproof.model.Streak;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.report.Comparison.Attribution;
import dev.netproof.report.Comparison.Change;
import dev.netproof.report.Comparison.How;
import dev.netproof.report.Comparison.Kind;
import dev.netproof.report.Comparison.Movement;
import dev.netproof.report.Comparison.PolicyChange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ComparisonTest {
    private static final String EDGE = "storefront → postgres:5432";

    private final Report green = RecordedReports.green();
    private final Report red = RecordedReports.red();

    @Test
    void the_same_run_twice_is_the_same() {
        Comparison comparison = Comparison.of(green, green);

        assertThat(comparison.changes()).isEmpty();
        assertThat(comparison.policies()).isEmpty();
        assertThat(comparison.surroundings()).isEmpty();
        assertThat(comparison.same()).isEqualTo(green.results().size());
        assertThat(comparison.exit()).isEqualTo(Exit.CONFORMS);
    }

    @Test
    void this_policy_changed_and_this_edge_opened() {
        Comparison comparison = Comparison.of(green, red);

        assertThat(comparison.exit()).isEqualTo(Exit.VIOLATIONS);
        assertThat(comparison.policies()).singleElement().satisfies(policy -> {
            assertThat(policy.how()).isEqualTo(How.CHANGED);
            assertThat(policy.about()).isEqualTo(Attribution.SELECTED);
            assertThat(policy.policy().title()).isEqualTo("NetworkPolicy bookstore/ingress-postgres-from-catalog");
            assertThat(policy.edges()).singleElement().satisfies(edge -> {
                assertThat(edge.check().id()).isEqualTo(EDGE);
                assertThat(edge.kind()).isEqualTo(Kind.NEW_VIOLATION);
                assertThat(edge.movement()).isEqualTo(Movement.OPENED);
            });
        });
        assertThat(comparison.unexplained())
                .extracting(edge -> edge.check().id())
                .containsExactly("orders → rabbitmq:5672");
    }

    @Test
    void a_policy_of_another_namespace_is_not_to_blame_for_pods_of_the_same_name() {
        UnaryOperator<Circumstances> elsewhere = around -> new Circumstances(
                around.policies().stream()
                        .map(policy -> new Circumstances.Policy(
                                policy.apiVersion(),
                                policy.kind(),
                                policy.namespace().map(namespace -> "another-" + namespace),
                                policy.name(),
                                policy.uid(),
                                policy.resourceVersion(),
                                policy.sha256(),
                                policy.about()))
                        .toList(),
                around.probes(),
                around.targets(),
                around.unreadable());

        Comparison comparison = Comparison.of(
                RecordedReports.with(green, green.results(), elsewhere.apply(green.circumstances())),
                RecordedReports.with(red, red.results(), elsewhere.apply(red.circumstances())));

        assertThat(comparison.policies())
                .singleElement()
                .satisfies(policy -> assertThat(policy.edges()).isEmpty());
        assertThat(comparison.unexplained())
                .extracting(edge -> edge.check().id())
                .contains(EDGE);
    }

    @Test
    void what_a_later_run_was_not_asked_for_is_no_longer_asked_and_not_worse() {
        Report part = RecordedReports.with(
                green,
                each(
                        green,
                        EDGE,
                        was -> new CheckResult(
                                was.check(),
                                new Verdict(Status.SKIPPED, Reason.NOT_SELECTED, "Not asked for.", Optional.empty()),
                                List.of(),
                                was.elapsed(),
                                was.repeat())),
                green.circumstances());

        assertThat(kinds(Comparison.of(green, part), EDGE)).containsExactly(Kind.GONE);
        assertThat(Comparison.of(green, part).exit()).isEqualTo(Exit.CONFORMS);
        assertThat(kinds(Comparison.of(part, green), EDGE)).containsExactly(Kind.ADDED);
    }

    @Test
    void back_again_it_is_fixed() {
        Comparison comparison = Comparison.of(red, green);

        assertThat(comparison.exit()).isEqualTo(Exit.CONFORMS);
        assertThat(kinds(comparison, EDGE)).containsExactly(Kind.FIXED);
        assertThat(comparison.policies().get(0).edges())
                .extracting(Change::movement)
                .containsExactly(Movement.CLOSED);
        assertThat(comparison.of(Kind.GONE)).hasSize(4);
    }

    @Test
    void what_is_still_violated_is_shown_and_is_not_worse() {
        Comparison comparison = Comparison.of(red, red);

        assertThat(comparison.of(Kind.STILL_VIOLATED)).hasSize(6);
        assertThat(comparison.exit()).isEqualTo(Exit.CONFORMS);
    }

    @Test
    void a_matrix_that_expects_otherwise_fixes_nothing() {
        Report eased = RecordedReports.with(
                red,
                each(
                        red,
                        EDGE,
                        was -> new CheckResult(
                                expecting(was.check(), Expectation.ALLOW),
                                new Verdict(Status.PASS, Reason.CONNECTED, "Connected.", Optional.empty()),
                                was.paths(),
                                was.elapsed(),
                                was.repeat())),
                red.circumstances());

        assertThat(kinds(Comparison.of(red, eased), EDGE)).containsExactly(Kind.EXPECTATION_CHANGED);
    }

    @Test
    void what_is_no_longer_proved_is_worse() {
        Report doubtful = RecordedReports.with(
                green,
                each(green, EDGE, was -> judged(was, Status.INCONCLUSIVE, Reason.NO_CONTROL)),
                green.circumstances());
        Comparison comparison = Comparison.of(green, doubtful);

        assertThat(kinds(comparison, EDGE)).containsExactly(Kind.NO_LONGER_PROVED);
        assertThat(comparison.exit()).isEqualTo(Exit.INCONCLUSIVE);
        assertThat(kinds(Comparison.of(doubtful, green), EDGE)).containsExactly(Kind.PROVED);
    }

    @Test
    void what_changed_its_mind_and_back_is_flapping() {
        Report flapping = RecordedReports.with(
                green,
                each(
                        green,
                        EDGE,
                        was -> seen(was, Outcome.TIMEOUT, Outcome.CONNECTED, Outcome.PROBE_ERROR, Outcome.TIMEOUT)),
                green.circumstances());

        assertThat(kinds(Comparison.of(green, flapping), EDGE)).containsExactly(Kind.FLAPPING);
        assertThat(kinds(Comparison.of(red, flapping), EDGE)).containsExactly(Kind.FLAPPING);
        Report starved = RecordedReports.with(
                green,
                each(green, EDGE, was -> judged(was, Status.INCONCLUSIVE, Reason.UNSETTLED)),
                green.circumstances());
        assertThat(kinds(Comparison.of(starved, starved), EDGE)).isEmpty();
        Report late = RecordedReports.with(
                green, each(green, EDGE, was -> seen(was, Outcome.CONNECTED, Outcome.TIMEOUT)), green.circumstances());
        assertThat(kinds(Comparison.of(green, late), EDGE)).isEmpty();
    }

    @Test
    void a_policy_whose_selector_is_not_computed_may_have_done_what_no_other_did() {
        Circumstances.Policy platform = red.circumstances().policies().get(4);
        Circumstances.Policy edited = new Circumstances.Policy(
                platform.apiVersion(),
                platform.kind(),
                platform.namespace(),
                platform.name(),
                platform.uid(),
                "1200",
                "0".repeat(64),
                platform.about());
        List<Circumstances.Policy> policies =
                new ArrayList<>(red.circumstances().policies());
        policies.set(4, edited);
        Circumstances changed = new Circumstances(
                policies, red.circumstances().probes(), red.circumstances().targets(), new TreeSet<>());

        List<PolicyChange> found = Comparison.of(green, RecordedReports.with(red, red.results(), changed))
                .policies();

        assertThat(found).extracting(PolicyChange::about).containsExactly(Attribution.SELECTED, Attribution.POSSIBLE);
        assertThat(found.get(1).edges())
                .extracting(edge -> edge.check().id())
                .containsExactly("orders → rabbitmq:5672");
    }

    @Test
    void a_run_that_broke_off_is_no_basis_for_a_gate() {
        assertThat(Comparison.of(green, RecordedReports.brokenHalfway()).exit()).isEqualTo(Exit.NOT_JUDGED);
        assertThat(Comparison.of(green, RecordedReports.breakage()).exit()).isEqualTo(Exit.NOT_JUDGED);
    }

    @Test
    void enforcement_that_went_away_is_worse_than_any_violation() {
        Report enforced = RecordedEnforcement.enforced();
        Report gone = RecordedEnforcement.notEnforced();

        assertThat(Comparison.of(enforced, gone).exit()).isEqualTo(Exit.NOT_ENFORCING);
        assertThat(Comparison.of(gone, enforced).exit()).isEqualTo(Exit.CONFORMS);
        assertThat(Comparison.of(gone, gone).exit()).isEqualTo(Exit.CONFORMS);
        assertThat(Comparison.of(enforced, gone).surroundings()).contains("enforcement: ENFORCED → NOT_ENFORCED");
    }

    @Test
    void two_clusters_are_told_apart() {
        ClusterIdentity lab = green.cluster().orElseThrow();
        ClusterIdentity other = new ClusterIdentity(
                "production",
                lab.server(),
                lab.user(),
                "v1.35.0",
                Optional.of("another"),
                lab.nodes().subList(0, 1),
                lab.cni());
        Report there = new Report(
                green.tool(),
                Optional.of(other),
                green.started(),
                green.finished(),
                green.matrices(),
                green.circumstances(),
                green.results(),
                green.notes(),
                green.breakage(),
                green.costs(),
                green.exit());

        assertThat(Comparison.of(green, there).surroundings())
                .containsExactly(
                        "these are two clusters: lab and production",
                        "Kubernetes: v1.36.3 → v1.35.0",
                        "node node-b is gone");
    }

    @ParameterizedTest
    @EnumSource
    void looks_as_recorded(ComparisonFormat format) throws IOException {
        String end = format == ComparisonFormat.TABLE ? "txt" : format == ComparisonFormat.JSON ? "json" : "md";
        Goldens.compare("comparison-worse." + end, written(Comparison.of(green, red), format));
        Goldens.compare("comparison-better." + end, written(Comparison.of(red, green), format));
        Goldens.compare("comparison-hostile." + end, written(Comparison.of(green, RecordedReports.hostile()), format));
    }

    @Test
    void follows_its_schema() throws IOException {
        for (Report after : RecordedReports.all().values()) {
            assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                            .getSchema(Files.readString(Path.of("docs", "comparison.schema.json")), InputFormat.JSON)
                            .validate(written(Comparison.of(red, after), ComparisonFormat.JSON), InputFormat.JSON))
                    .isEmpty();
        }
    }

    private static List<Kind> kinds(Comparison comparison, String id) {
        return comparison.changes().stream()
                .filter(change -> change.check().id().equals(id))
                .map(Change::kind)
                .toList();
    }

    private static List<CheckResult> each(Report report, String id, UnaryOperator<CheckResult> change) {
        return report.results().stream()
                .map(result -> result.check().id().equals(id) ? change.apply(result) : result)
                .toList();
    }

    private static CheckResult judged(CheckResult was, Status status, Reason reason) {
        return new CheckResult(
                was.check(),
                new Verdict(status, reason, "It is so.", Optional.empty()),
                was.paths(),
                was.elapsed(),
                was.repeat());
    }

    private static CheckResult seen(CheckResult was, Outcome... outcomes) {
        PathObservation path = was.paths().get(0);
        Streak pattern = path.history().get(0);
        List<Streak> history = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            history.add(new Streak(outcome, 2, pattern.first(), pattern.last(), pattern.slowest(), "as told"));
        }
        return new CheckResult(
                was.check(),
                was.verdict(),
                List.of(new PathObservation(path.path(), history, path.outcome(), path.control(), path.controlledBy())),
                was.elapsed(),
                was.repeat());
    }

    private static Check expecting(Check check, Expectation expectation) {
        return new Check(
                check.matrix(),
                check.source(),
                check.destination(),
                expectation,
                check.because(),
                check.tags(),
                check.origin(),
                check.exception(),
                check.location());
    }

    private static String written(Comparison comparison, ComparisonFormat format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        format.write(comparison, ConsoleStyle.plain(ConsoleStyle.Detail.TABLE), out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
