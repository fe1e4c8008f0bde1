package dev.netproof.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.evidence.EvidenceStore.Loss;
import dev.netproof.evidence.EvidenceStore.PodLife;
import dev.netproof.evidence.EvidenceStore.Span;
import dev.netproof.judge.CheckDecision.Suspect;
import dev.netproof.judge.Finding.Elsewhere;
import dev.netproof.judge.Finding.Names;
import dev.netproof.judge.Finding.Nodes;
import dev.netproof.judge.Finding.Steadiness;
import dev.netproof.judge.PathDecision.Ground;
import dev.netproof.model.Cause;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.Sample;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.Backend;
import dev.netproof.plan.PlannedCheck;
import dev.netproof.plan.PlannedPath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Decisions are made from findings alone: no evidence, no words. */
class CheckDecisionTest {
    private static final int STABLE = 3;

    @Nested
    class A_path {
        @Test
        void whose_probe_admission_changed_says_nothing() {
            decides(
                    found(Outcome.TIMEOUT).controlled(ControlGrade.REACHED).changed(),
                    Expectation.DENY,
                    Ground.PROBE_CHANGED,
                    Status.INCONCLUSIVE,
                    Reason.PROBE_CHANGED);
        }

        @Test
        void of_which_fewer_rounds_ended_than_must_agree_says_nothing() {
            decides(
                    found(Outcome.TIMEOUT).rounds(2).unsteady(),
                    Expectation.DENY,
                    Ground.TOO_FEW_ROUNDS,
                    Status.INCONCLUSIVE,
                    Reason.PROBE_UNRELIABLE);
        }

        @Test
        void that_opened_once_is_open_in_however_few_rounds() {
            decides(found(Outcome.CONNECTED).rounds(1), Expectation.DENY, Ground.OUTCOME, Status.FAIL, Reason.OPEN);
        }

        @Test
        void whose_probe_did_not_start_says_nothing() {
            decides(
                    found(Outcome.TIMEOUT).rounds(0).unsteady().notStarted(),
                    Expectation.DENY,
                    Ground.PROBE_NOT_STARTED,
                    Status.INCONCLUSIVE,
                    Reason.PROBE_FAILED);
        }

        @Test
        void whose_probe_was_lost_is_judged_only_if_it_had_settled() {
            decides(
                    found(Outcome.TIMEOUT).unsteady().lost(),
                    Expectation.DENY,
                    Ground.PROBE_LOST,
                    Status.INCONCLUSIVE,
                    Reason.PROBE_FAILED);
            decides(
                    found(Outcome.TIMEOUT).controlled(ControlGrade.REACHED).lost(),
                    Expectation.DENY,
                    Ground.OUTCOME,
                    Status.PASS,
                    Reason.DENIED);
        }

        @Test
        void whose_target_changed_counts_only_if_it_connected() {
            decides(
                    found(Outcome.TIMEOUT).controlled(ControlGrade.REACHED).targetChanged(),
                    Expectation.DENY,
                    Ground.TARGET_CHANGED,
                    Status.INCONCLUSIVE,
                    Reason.TARGET_CHANGED);
            decides(
                    found(Outcome.CONNECTED).targetChanged(),
                    Expectation.DENY,
                    Ground.OUTCOME,
                    Status.FAIL,
                    Reason.OPEN);
        }

        @Test
        void whose_kernel_does_not_know_the_protocol_cannot_be_tested() {
            decides(
                    found(Outcome.PROBE_ERROR).cause(new Cause.NoProtocol()),
                    Expectation.DENY,
                    Ground.NO_PROTOCOL,
                    Status.UNTESTABLE,
                    Reason.NOT_SUPPORTED);
        }

        @ParameterizedTest
        @EnumSource(Expectation.class)
        void that_never_settled_is_unsettled(Expectation expected) {
            decides(
                    found(Outcome.TIMEOUT).unsteady(),
                    expected,
                    Ground.UNSTEADY,
                    Status.INCONCLUSIVE,
                    Reason.UNSETTLED);
        }

        @Test
        void of_a_service_without_a_pod_is_not_blocked() {
            decides(
                    found(Outcome.REFUSED).kind(Path.Kind.VIP),
                    Expectation.ALLOW,
                    Ground.NO_BACKEND,
                    Status.INCONCLUSIVE,
                    Reason.NO_BACKEND);
        }
    }

    @Nested
    class A_name {
        @ParameterizedTest(name = "{0}, {1}, names {2}: {3}")
        @CsvSource({
            "ALLOW, TIMEOUT,     SERVED,        NAME_RESOLVES,        PASS,         CONNECTED",
            "ALLOW, CONNECTED,   SERVED,        NAME_RESOLVES,        PASS,         CONNECTED",
            "ALLOW, DNS_FAILURE, SERVED,        NAME_NOT_RESOLVED,    FAIL,         NAME_NOT_RESOLVED",
            "ALLOW, DNS_FAILURE, SERVED_NOBODY, NAMES_SERVED_NOBODY,  INCONCLUSIVE, NAME_NOT_RESOLVED",
            "ALLOW, PROBE_ERROR, SERVED,        NAME_UNREADABLE,      INCONCLUSIVE, PROBE_UNRELIABLE",
            "DENY,  TIMEOUT,     SERVED,        NEVER_OPENED_BY_NAME, PASS,         DENIED",
            "DENY,  DNS_FAILURE, SERVED,        NEVER_OPENED_BY_NAME, PASS,         DENIED",
            "DENY,  CONNECTED,   SERVED,        OUTCOME,              FAIL,         OPEN",
            "DENY,  RESET,       SERVED,        OUTCOME,              INCONCLUSIVE, WRONG_RESPONSE",
            "DENY,  L7_DENIED,   SERVED,        OUTCOME,              INCONCLUSIVE, NO_CONTROL",
        })
        void beside_an_address(
                Expectation expected, Outcome outcome, Names names, Ground ground, Status status, Reason reason) {
            Found name = found(outcome).kind(Path.Kind.LOOKUP).names(names);
            Found address = found(Outcome.TIMEOUT);

            decides(check(expected, name, address), name, ground, status, reason);
        }

        @ParameterizedTest(name = "{0}, {1}: {2}")
        @CsvSource({
            "ALLOW, TIMEOUT,     NAME_WITHOUT_CONTROL, INCONCLUSIVE, NO_CONTROL",
            "ALLOW, DNS_FAILURE, NAME_WITHOUT_CONTROL, INCONCLUSIVE, NO_CONTROL",
            "ALLOW, CONNECTED,   NAME_RESOLVES,        PASS,         CONNECTED",
            "DENY,  TIMEOUT,     NAME_WITHOUT_CONTROL, INCONCLUSIVE, NO_CONTROL",
            "DENY,  DNS_FAILURE, NAME_WITHOUT_CONTROL, INCONCLUSIVE, NO_CONTROL",
            "DENY,  CONNECTED,   OUTCOME,              FAIL,         OPEN",
        })
        void alone(Expectation expected, Outcome outcome, Ground ground, Status status, Reason reason) {
            Found name = found(outcome).kind(Path.Kind.LOOKUP);

            decides(check(expected, name), name, ground, status, reason);
        }
    }

    /** A check is asked about in every round, and most controls and refusals take long to look for. */
    @Nested
    class Nothing_is_looked_for_in_vain {
        @ParameterizedTest
        @EnumSource(Expectation.class)
        void where_no_control_makes_a_pass(Expectation expected) {
            for (Outcome outcome : Outcome.values()) {
                if (!Judge.canPass(expected, outcome)) {
                    assertThat(decision(found(outcome).mustNotLookForProof(), expected)
                                    .passes())
                            .as("%s", outcome)
                            .isFalse();
                }
            }
        }

        @Test
        void where_none_is_needed() {
            assertThat(decision(found(Outcome.CONNECTED).mustNotLookForProof(), Expectation.ALLOW)
                            .passes())
                    .isTrue();
        }

        @Test
        void of_who_refused_where_the_control_is_enough() {
            assertThat(decision(found(Outcome.TIMEOUT).controlled(ControlGrade.LISTENING_LOOPBACK), Expectation.DENY)
                            .passes())
                    .isTrue();
        }
    }

    @Nested
    class A_check {
        private final Found open = found(Outcome.CONNECTED);
        private final Found denied = found(Outcome.TIMEOUT).controlled(ControlGrade.REACHED);
        private final Found uncontrolled = found(Outcome.TIMEOUT);
        private final Found unsteady = found(Outcome.TIMEOUT).unsteady();

        @Test
        void is_what_the_worst_of_its_paths_is() {
            rules(List.of(denied, denied), Status.PASS, Reason.DENIED);
            rules(List.of(denied, uncontrolled), Status.INCONCLUSIVE, Reason.NO_CONTROL);
            rules(List.of(uncontrolled, open, denied), Status.FAIL, Reason.OPEN);
        }

        @Test
        void names_the_doubt_that_is_mended_best_and_keeps_the_others() {
            CheckDecision decision = decide(Expectation.DENY, List.of(uncontrolled, unsteady, denied));

            assertThat(decision.ruling()).isEqualTo(new Judge.Ruling(Status.INCONCLUSIVE, Reason.UNSETTLED));
            assertThat(decision.doubts())
                    .extracting(PathDecision::reason)
                    .containsExactly(Reason.NO_CONTROL, Reason.UNSETTLED);
        }

        @Test
        void speaks_of_the_address_where_it_and_the_name_are_unsteady() {
            Found name = found(Outcome.TIMEOUT).kind(Path.Kind.LOOKUP).unsteady();

            assertThat(decide(Expectation.DENY, List.of(name, unsteady))
                            .decisive()
                            .finding()
                            .isLookup())
                    .isFalse();
        }

        @Test
        void has_doubts_only_where_it_is_inconclusive() {
            assertThat(decide(Expectation.DENY, List.of(uncontrolled, open)).doubts())
                    .isEmpty();
        }

        @Test
        void fails_over_one_family_alone_where_all_of_the_other_passes() {
            Found denied6 = denied.at("fd00::1");
            Found open6 = open.at("fd00::1");

            assertThat(decide(Expectation.DENY, List.of(denied, open6)).familyAlone())
                    .contains(Family.IPV6);
            assertThat(decide(Expectation.DENY, List.of(open, denied6)).familyAlone())
                    .contains(Family.IPV4);
            assertThat(decide(Expectation.DENY, List.of(open, open6)).familyAlone())
                    .isEmpty();
            assertThat(decide(Expectation.DENY, List.of(denied, open, denied6)).familyAlone())
                    .contains(Family.IPV4);
            assertThat(decide(Expectation.DENY, List.of(open.kind(Path.Kind.LOOKUP), denied, open6))
                            .familyAlone())
                    .as("a name is of no family")
                    .isEmpty();
        }

        @Test
        void suspects_the_side_that_what_else_is_reached_hints_at() {
            Found blocked = found(Outcome.TIMEOUT).controlled(ControlGrade.REACHED);
            Found vip = blocked.kind(Path.Kind.VIP);

            suspects(Suspect.EGRESS_OF_THE_SOURCE, vip, blocked);
            suspects(Suspect.INGRESS_OF_THE_DESTINATION, vip, blocked.reachedElsewhere());
            suspects(Suspect.SERVICE_ADDRESS, vip, open);
            suspects(Suspect.SOME_OF_THE_PODS, blocked, open);
        }

        private void rules(List<Found> found, Status status, Reason reason) {
            assertThat(decide(Expectation.DENY, found).ruling()).isEqualTo(new Judge.Ruling(status, reason));
        }

        private void suspects(Suspect suspect, Found... found) {
            assertThat(decide(Expectation.ALLOW, List.of(found)).suspect()).isEqualTo(suspect);
        }
    }

    private static void decides(Found found, Expectation expected, Ground ground, Status status, Reason reason) {
        decides(check(expected, found), found, ground, status, reason);
    }

    private static void decides(PlannedCheck check, Found found, Ground ground, Status status, Reason reason) {
        PathDecision decision = PathDecision.of(check, found.finding(), STABLE);

        assertThat(decision.ground()).isEqualTo(ground);
        assertThat(decision.ruling().get()).isEqualTo(new Judge.Ruling(status, reason));
        assertThat(decision.passes()).isEqualTo(status == Status.PASS);
    }

    private static PathDecision decision(Found found, Expectation expected) {
        return PathDecision.of(check(expected, found), found.finding(), STABLE);
    }

    private static CheckDecision decide(Expectation expected, List<Found> found) {
        return CheckDecision.of(
                check(expected, found.toArray(Found[]::new)),
                found.stream().map(Found::finding).toList(),
                STABLE);
    }

    private static PlannedCheck check(Expectation expected, Found... found) {
        return new PlannedCheck(
                Watch.of(expected).planned().check(),
                List.of(found).stream().map(Found::planned).toList(),
                Optional.empty(),
                Optional.empty());
    }

    private static Found found(Outcome outcome) {
        return new Found(outcome);
    }

    /** A finding in the making: three steady rounds of a pod's path without a control, unless said otherwise. */
    private static final class Found {
        private final Outcome outcome;
        private Path.Kind kind = Path.Kind.POD;
        private String address = "10.0.1.1";
        private int rounds = STABLE;
        private Steadiness steadiness = Steadiness.STEADY;
        private Optional<ControlGrade> grade = Optional.empty();
        private boolean mayLookForProof = true;
        private boolean started = true;
        private Optional<String> changed = Optional.empty();
        private Optional<Loss> loss = Optional.empty();
        private Optional<String> targetChange = Optional.empty();
        private Optional<Cause> cause = Optional.empty();
        private Names names = Names.SERVED;
        private Elsewhere elsewhere = Elsewhere.REACHED_NOTHING;

        private Found(Outcome outcome) {
            this.outcome = outcome;
        }

        private Found copy() {
            Found copy = new Found(outcome);
            copy.kind = kind;
            copy.address = address;
            copy.rounds = rounds;
            copy.steadiness = steadiness;
            copy.grade = grade;
            copy.names = names;
            copy.elsewhere = elsewhere;
            return copy;
        }

        private Found kind(Path.Kind other) {
            Found copy = copy();
            copy.kind = other;
            return copy;
        }

        private Found at(String other) {
            Found copy = copy();
            copy.address = other;
            return copy;
        }

        private Found reachedElsewhere() {
            Found copy = copy();
            copy.elsewhere = Elsewhere.REACHED_SOMETHING;
            return copy;
        }

        private Found names(Names served) {
            names = served;
            return this;
        }

        private Found rounds(int number) {
            rounds = number;
            return this;
        }

        private Found unsteady() {
            steadiness = Steadiness.UNSTEADY;
            return this;
        }

        private Found controlled(ControlGrade by) {
            grade = Optional.of(by);
            return this;
        }

        private Found mustNotLookForProof() {
            mayLookForProof = false;
            return this;
        }

        private Found notStarted() {
            started = false;
            return this;
        }

        private Found changed() {
            changed = Optional.of("the label app is gone");
            return this;
        }

        private Found lost() {
            loss = Optional.of(new Loss("the pod was evicted", "look at the events"));
            return this;
        }

        private Found targetChanged() {
            targetChange = Optional.of("pod postgres-1 restarted");
            return this;
        }

        private Found cause(Cause because) {
            cause = Optional.of(because);
            return this;
        }

        private PlannedPath planned() {
            Backend pod = Watch.pod(address, "node-1");
            return new PlannedPath(
                    Watch.FRONT,
                    0,
                    new Path(
                            kind,
                            Optional.empty(),
                            Optional.empty(),
                            address,
                            5432,
                            Optional.empty(),
                            Optional.empty()),
                    kind == Path.Kind.POD ? List.of(pod) : List.of());
        }

        private Finding finding() {
            List<Sample> samples = new ArrayList<>();
            for (int round = 1; round <= rounds; round++) {
                samples.add(new Sample(Watch.at(5 + round), Duration.ofMillis(10), round, outcome, "raw", cause));
            }
            return new Finding(
                    planned(),
                    new PodLife(
                            started ? Optional.of(Watch.LAUNCHED) : Optional.empty(),
                            Optional.of("netproof-front"),
                            Optional.of("node-1"),
                            changed,
                            loss),
                    samples,
                    Lazy.of(new Finding.Result(
                            rounds == 0 ? Optional.empty() : Optional.of(outcome),
                            steadiness,
                            new Lazy<>(this::proof))),
                    new Lazy<>(() -> {
                        assertThat(outcome)
                                .as("an outcome with somebody who refused")
                                .matches(Outcome::looksDenied);
                        assertThat(outcome).isNotEqualTo(Outcome.TIMEOUT);
                        return Optional.empty();
                    }),
                    Lazy.of(targetChange),
                    Lazy.of(names),
                    Lazy.of(Finding.FromElsewhere.LEADS_TO_NOBODY),
                    new Lazy<>(() -> {
                        throw new AssertionError("what a control lacks is for words alone");
                    }),
                    Lazy.of(new Finding.Surroundings(Nodes.SOUND, elsewhere, 0)));
        }

        private Optional<Proof> proof() {
            assertThat(mayLookForProof).as("a control is looked for").isTrue();
            return grade.map(by -> new Proof(by, new Span(Watch.at(0), Watch.at(20)), new Proof.By.PortForward()));
        }
    }
}
