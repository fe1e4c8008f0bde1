package dev.netproof.judge;

import static dev.netproof.judge.Watch.also;
import static dev.netproof.judge.Watch.outside;
import static dev.netproof.judge.Watch.pod;
import static dev.netproof.judge.Watch.readinessProbed;
import static dev.netproof.model.Expectation.ALLOW;
import static dev.netproof.model.Expectation.DENY;
import static dev.netproof.model.Expectation.DROP;
import static dev.netproof.model.Expectation.REJECT;
import static dev.netproof.model.Outcome.CONNECTED;
import static dev.netproof.model.Outcome.DNS_FAILURE;
import static dev.netproof.model.Outcome.L7_DENIED;
import static dev.netproof.model.Outcome.PROBE_ERROR;
import static dev.netproof.model.Outcome.REFUSED;
import static dev.netproof.model.Outcome.RESET;
import static dev.netproof.model.Outcome.TIMEOUT;
import static dev.netproof.model.Outcome.UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.evidence.Route;
import dev.netproof.model.Cause;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Streak;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.Backend;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConvergenceTest {
    private static final Backend ONE = pod("10.0.1.1", "node-1");
    private static final Backend TWO = pod("10.0.2.2", "node-2");

    @Nested
    class An_allowed_connection {
        @Test
        void matches_after_as_many_rounds_as_asked_for_once_the_pod_has_settled() {
            Watch watch = Watch.of(ALLOW).path(ONE).started(0).front(0, CONNECTED, 5.1, 6.1);

            assertThat(watch.matches()).isFalse();
            assertThat(watch.front(0, CONNECTED, 7.1).matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.CONNECTED);
        }

        @Test
        void does_not_match_while_rules_may_still_arrive() {
            Watch watch = Watch.of(ALLOW).path(ONE).started(0).front(0, CONNECTED, 1, 2, 3, 4, 4.9);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }

        @Test
        void needs_one_round_beyond_settling_when_it_held_still_before() {
            Watch watch = Watch.of(ALLOW).path(ONE).started(0).front(0, CONNECTED, 3, 4, 5.1);

            assertThat(watch.matches()).isTrue();
        }

        @Test
        void may_be_stopped_at_first_and_says_for_how_long() {
            Watch watch =
                    Watch.of(ALLOW).path(ONE).started(0).silence(0, 3.2, 4.8).front(0, CONNECTED, 5, 6, 7);

            assertThat(watch.matches()).isTrue();
            assertThat(watch.verdict().explanation()).contains("not yet at 1.8 s after start");
        }

        @Test
        void is_blocked_when_it_times_out_while_another_source_gets_through() {
            Watch watch = Watch.of(ALLOW)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 0.5, 1.5)
                    .silence(0, 8.5, 9.5, 10.5)
                    .other(0, CONNECTED, 10.6);

            Verdict verdict = watch.verdict();
            says(verdict, Status.FAIL, Reason.BLOCKED);
            assertThat(verdict.explanation()).contains("time-out").contains("catalog reached 10.0.1.1:5432 3 times");
            assertThat(verdict.fix())
                    .hasValueSatisfying(fix ->
                            assertThat(fix).contains("Egress of storefront").contains("Ingress of postgres"));
        }

        @Test
        void proves_nothing_when_the_target_may_be_dead() {
            Watch watch = Watch.of(ALLOW).path(ONE).started(0).silence(0, 8.5, 9.5, 10.5);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void is_not_blocked_when_others_got_through_only_before_it_failed() {
            Watch watch = Watch.of(ALLOW)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 0.5, 1.5)
                    .silence(0, 8.5, 9.5, 10.5);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void is_unsettled_when_it_flaps_until_the_deadline() {
            Watch watch = Watch.of(ALLOW)
                    .path(ONE)
                    .started(0)
                    .front(0, CONNECTED, 6)
                    .silence(0, 10)
                    .front(0, CONNECTED, 11)
                    .silence(0, 15)
                    .front(0, CONNECTED, 16);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
            assertThat(watch.verdict().explanation()).contains("3 of 5 attempts connected");
            assertThat(watch.result().paths().get(0).history())
                    .extracting(Streak::outcome)
                    .containsExactly(CONNECTED, TIMEOUT, CONNECTED, TIMEOUT, CONNECTED);
        }

        @Test
        void needs_the_service_address_and_every_pod() {
            Watch watch = Watch.of(ALLOW)
                    .vip(ONE, TWO)
                    .path(ONE)
                    .path(TWO)
                    .started(0)
                    .front(0, CONNECTED, 6, 7, 8)
                    .front(1, CONNECTED, 6, 7, 8)
                    .front(2, CONNECTED, 6, 7);

            assertThat(watch.matches()).isFalse();
            assertThat(watch.front(2, CONNECTED, 8).matches()).isTrue();
        }

        @Test
        void with_the_service_address_dead_and_the_pods_alive_is_blocked_at_the_service() {
            Watch watch = Watch.of(ALLOW)
                    .vip(ONE)
                    .path(ONE)
                    .started(0)
                    .front(1, CONNECTED, 0.5, 1.5)
                    .silence(0, 9, 10, 11)
                    .front(1, CONNECTED, 11.5);

            says(watch.verdict(), Status.FAIL, Reason.BLOCKED);
            assertThat(watch.verdict().fix())
                    .hasValueSatisfying(fix -> assertThat(fix).contains("the Service's address cannot"));
        }

        @Test
        void with_a_gap_on_one_node_is_blocked_there() {
            Watch watch = Watch.of(ALLOW)
                    .path(ONE)
                    .path(TWO)
                    .started(0)
                    .front(0, CONNECTED, 6, 7, 8)
                    .other(1, CONNECTED, 1, 2)
                    .silence(1, 9, 10, 11)
                    .other(1, CONNECTED, 12);

            says(watch.verdict(), Status.FAIL, Reason.BLOCKED);
            assertThat(watch.verdict().explanation()).contains("postgres-2");
            assertThat(watch.verdict().fix())
                    .hasValueSatisfying(fix -> assertThat(fix).contains("compare the nodes"));
        }
    }

    @Nested
    class A_name {
        @Test
        void that_does_not_resolve_fails_an_allowed_connection_that_works_by_address() {
            Watch watch = Watch.of(ALLOW)
                    .lookup("postgres.shop.svc")
                    .path(ONE)
                    .started(0)
                    .front(0, DNS_FAILURE, 6, 7, 8)
                    .front(1, CONNECTED, 6, 7, 8)
                    .other(0, CONNECTED, 8.5);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.FAIL, Reason.NAME_NOT_RESOLVED);
            assertThat(watch.verdict().explanation())
                    .isEqualTo(
                            "the name postgres.shop.svc does not resolve (egress to kube-dns is blocked?); by address"
                                    + " the connection works");
        }

        @Test
        void that_resolves_for_nobody_proves_nothing_of_a_policy() {
            Watch watch = Watch.of(ALLOW)
                    .lookup("postgres.shop.svc")
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 5)
                    .front(0, DNS_FAILURE, 6, 7, 8)
                    .front(1, CONNECTED, 6, 7, 8)
                    .other(0, DNS_FAILURE, 6, 7, 8);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NAME_NOT_RESOLVED);
            assertThat(watch.verdict().explanation())
                    .isEqualTo(
                            "the name postgres.shop.svc does not resolve, and no probe in this run resolved any name; by"
                                    + " address the connection works");
        }

        @Test
        void that_does_not_resolve_says_when_addresses_fail_too() {
            Watch watch = Watch.of(ALLOW)
                    .lookup("postgres.shop.svc")
                    .path(ONE)
                    .started(0)
                    .front(0, DNS_FAILURE, 6, 7, 8)
                    .silence(1, 9, 10, 11)
                    .other(0, CONNECTED, 8.5);

            says(watch.verdict(), Status.FAIL, Reason.NAME_NOT_RESOLVED);
            assertThat(watch.verdict().explanation()).endsWith("by address the connection does not work either");
        }

        @Test
        void that_resolves_now_and_then_is_unsettled() {
            Watch watch = Watch.of(ALLOW)
                    .lookup("postgres.shop.svc")
                    .path(ONE)
                    .started(0)
                    .front(0, CONNECTED, 6)
                    .front(0, DNS_FAILURE, 7)
                    .front(0, CONNECTED, 8)
                    .front(1, CONNECTED, 6, 7, 8);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }

        @Test
        void whose_address_nobody_knows_is_allowed_only_if_it_connects() {
            Watch watch = Watch.of(ALLOW).lookup("example.com").started(0).silence(0, 9, 10, 11);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
            assertThat(watch.front(0, CONNECTED, 12, 13, 14).matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.CONNECTED);
        }

        @Test
        void that_nobody_could_resolve_may_not_exist() {
            Watch watch = Watch.of(ALLOW).lookup("exmaple.com").started(0).front(0, DNS_FAILURE, 6, 7, 8);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void whose_address_nobody_knows_is_never_a_proven_denial() {
            Watch watch = Watch.of(DENY).lookup("example.com").started(0).silence(0, 9, 10, 11);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void that_fails_to_resolve_is_no_denial() {
            Watch watch = Watch.of(DENY).lookup("example.com").started(0).front(0, DNS_FAILURE, 6, 7, 8);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void through_which_a_forbidden_connection_opens_is_open() {
            Watch watch = Watch.of(DENY)
                    .lookup("example.com")
                    .path(outside("203.0.113.7"))
                    .started(0)
                    .other(1, CONNECTED, 0.5, 1)
                    .silence(1, 9, 10, 11)
                    .front(0, CONNECTED, 6)
                    .other(1, CONNECTED, 11.5);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.FAIL, Reason.OPEN);
            assertThat(watch.verdict().explanation()).contains("opened by name");
        }

        /** Packets reached somebody, whatever became of the connection. */
        @ParameterizedTest
        @CsvSource({"RESET, WRONG_RESPONSE", "L7_DENIED, NO_CONTROL"})
        void through_which_somebody_was_reached_is_no_denial(Outcome outcome, Reason reason) {
            Watch watch = deniedByAddress().front(0, outcome, 6).silence(0, 10, 11);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, reason);
        }

        @Test
        void that_was_not_tried_since_rules_arrived_says_nothing_yet() {
            Watch untried = deniedByAddress();

            assertThat(untried.matches()).as("no attempt").isFalse();
            says(untried.verdict(), Status.INCONCLUSIVE, Reason.PROBE_UNRELIABLE);

            Watch early = deniedByAddress().front(0, DNS_FAILURE, 3);

            assertThat(early.matches()).as("too early").isFalse();
            says(early.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
            assertThat(early.silence(0, 9).matches()).as("too few").isFalse();
            says(early.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
            assertThat(early.silence(0, 10).matches()).isTrue();
            says(early.verdict(), Status.PASS, Reason.DENIED);
        }

        @Test
        void of_which_nothing_can_be_read_is_no_denial() {
            Watch watch = deniedByAddress().front(0, PROBE_ERROR, 9, 10, 11);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.PROBE_UNRELIABLE);
        }

        @Test
        void is_counted_anew_after_a_result_that_cannot_be_read() {
            Watch watch = deniedByAddress().silence(0, 9, 10).front(0, PROBE_ERROR, 11);

            assertThat(watch.matches()).as("not read at last").isFalse();
            assertThat(watch.silence(0, 14, 15).matches()).as("too few").isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
            assertThat(watch.silence(0, 16).matches()).isTrue();
        }

        private Watch deniedByAddress() {
            return Watch.of(DENY)
                    .lookup("example.com")
                    .path(outside("203.0.113.7"))
                    .started(0)
                    .other(1, CONNECTED, 0.5, 1)
                    .silence(1, 9, 10, 11)
                    .other(1, CONNECTED, 11.5);
        }
    }

    @Nested
    class A_denied_connection {
        @Test
        void matches_when_another_source_got_through_before_and_after() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1, 2)
                    .silence(0, 8.5, 9.5, 10.5);

            assertThat(watch.matches()).isFalse();
            assertThat(watch.other(0, CONNECTED, 10.6).matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
            PathObservation path = watch.result().paths().get(0);
            assertThat(path.outcome()).contains(TIMEOUT);
            assertThat(path.control()).isEqualTo(ControlGrade.REACHED);
            assertThat(path.controlledBy()).contains("catalog reached 10.0.1.1:5432 3 times");
        }

        @Test
        void is_not_proved_by_its_own_connection_from_before_the_rules_landed() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .front(0, CONNECTED, 1)
                    .silence(0, 9, 10, 11)
                    .other(0, CONNECTED, 12, 13);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void is_not_proved_by_its_own_connection_and_a_port_forward_after_it() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .path(pod("10.0.1.9", "node-1"))
                    .started(0)
                    .other(1, CONNECTED, 1, 12)
                    .front(0, CONNECTED, 1)
                    .silence(0, 9, 10, 11)
                    .silence(1, 9, 10, 11)
                    .listens(0, 12, 13);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void is_not_proved_by_a_probe_that_admission_changed() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .otherChanged("container istio-proxy was added")
                    .other(0, CONNECTED, 1, 2)
                    .silence(0, 8.5, 9.5, 10.5)
                    .other(0, CONNECTED, 10.6, 11.6);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void has_no_way_shown_to_its_node_by_a_probe_that_admission_changed() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .path(pod("10.0.1.9", "node-1"))
                    .started(0)
                    .otherChanged("container istio-proxy was added")
                    .other(1, CONNECTED, 1, 12)
                    .listens(0, 1, 11)
                    .silence(0, 8.5, 9.5, 10.5)
                    .silence(1, 8.5, 9.5, 10.5);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @ParameterizedTest
        @EnumSource(
                value = Outcome.class,
                names = {"TIMEOUT", "REFUSED", "UNREACHABLE"})
        void passes_in_whatever_manner_the_engine_stops_it(Outcome manner) {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, manner, 6, 7, 8)
                    .other(0, CONNECTED, 9);

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
        }

        @Test
        void is_inconclusive_without_a_control() {
            Watch watch = Watch.of(DENY).path(ONE).started(0).silence(0, 8.5, 9.5, 10.5, 11.5, 12.5);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void is_inconclusive_with_a_control_only_before() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1, 2, 3)
                    .silence(0, 8.5, 9.5, 10.5);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
            assertThat(watch.result().paths().get(0).control()).isEqualTo(ControlGrade.NONE);
        }

        @Test
        void is_inconclusive_with_a_control_only_after() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .silence(0, 8.5, 9.5, 10.5)
                    .other(0, CONNECTED, 10.6, 11.6, 12.6);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void is_not_proved_by_a_source_that_reached_another_pod() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .path(TWO)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, TIMEOUT, 6, 7, 8)
                    .front(1, TIMEOUT, 6, 7, 8)
                    .other(0, CONNECTED, 9);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void is_not_proved_by_somebody_who_reached_the_service_of_many_pods() {
            Watch watch = Watch.of(DENY)
                    .vip(ONE)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, TIMEOUT, 6, 7, 8)
                    .front(1, TIMEOUT, 6, 7, 8)
                    .other(0, CONNECTED, 9);

            assertThat(watch.matches())
                    .as("the pods that are probed may be a choice of those behind the Service")
                    .isFalse();
        }

        @Test
        void does_not_count_denials_of_before_settling_alone() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 0.5)
                    .front(0, REFUSED, 1, 2, 3, 4)
                    .other(0, CONNECTED, 4.5);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }

        @Test
        void that_opened_only_before_settling_passes_and_says_for_how_long() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .front(0, CONNECTED, 0.8, 1.81)
                    .other(0, CONNECTED, 1, 2)
                    .front(0, REFUSED, 3, 4, 5.5)
                    .other(0, CONNECTED, 6);

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
            assertThat(watch.verdict().explanation()).contains("let through for 1.8 s after start");
        }

        @Test
        void that_was_seen_open_only_while_rules_may_still_arrive_is_unsettled() {
            Watch watch = Watch.of(DENY).path(ONE).started(0).front(0, CONNECTED, 0.8, 1.8, 2.8);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }

        @Test
        void of_which_fewer_rounds_ended_than_must_agree_says_nothing_of_the_network() {
            Watch watch = Watch.of(DENY).path(ONE).started(0).front(0, TIMEOUT, 14, 19);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.PROBE_UNRELIABLE);
            assertThat(watch.verdict().explanation())
                    .isEqualTo("the probe ran, but only 2 of its rounds ended in time");
        }

        @Test
        void that_opened_once_after_settling_is_open_however_often_it_timed_out() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, CONNECTED, 5.5)
                    .silence(0, 9, 10, 11, 12, 13, 14)
                    .other(0, CONNECTED, 15);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.FAIL, Reason.OPEN);
            assertThat(watch.verdict().explanation())
                    .contains("let through until 5.5 s")
                    .contains("denied since");
        }

        @Test
        void that_opened_once_between_denials_is_open_and_its_engine_is_asked_about() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .silence(0, 3, 4, 5)
                    .front(0, CONNECTED, 7.5)
                    .silence(0, 9, 10, 11, 12, 13, 14)
                    .other(0, CONNECTED, 15);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.FAIL, Reason.OPEN);
            assertThat(watch.verdict().explanation())
                    .contains(
                            "connected 1 of 10 times, last at 7.5 s after the probe's start; denied before and since");
            assertThat(watch.verdict().fix())
                    .hasValueSatisfying(fix -> assertThat(fix)
                            .contains("a policy stops it most of the time")
                            .contains("the CNI on node-1"));
        }

        @Test
        void that_opened_and_whose_probe_was_lost_then_is_open() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .front(0, CONNECTED, 5.5)
                    .front(0, TIMEOUT, 7)
                    .lost(8, "evicted");

            says(watch.verdict(), Status.FAIL, Reason.OPEN);
        }

        @Test
        void that_opens_through_one_pod_of_two_is_open() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .path(TWO)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, TIMEOUT, 6, 7, 8)
                    .front(1, CONNECTED, 6, 7, 8)
                    .other(0, CONNECTED, 9);

            says(watch.verdict(), Status.FAIL, Reason.OPEN);
            assertThat(watch.verdict().explanation()).contains("postgres-2");
        }

        @Test
        void that_was_believed_and_opens_later_is_reopened() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, TIMEOUT, 6, 7, 8)
                    .other(0, CONNECTED, 9);

            assertThat(watch.matches()).isTrue();
            assertThat(watch.convergence().reopened(watch.planned())).isFalse();
            watch.front(0, CONNECTED, 10);
            assertThat(watch.convergence().reopened(watch.planned())).isTrue();
            says(watch.verdict(), Status.FAIL, Reason.OPEN);
        }

        @Test
        void whose_connections_are_torn_down_is_no_denial() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, RESET, 6, 7, 8)
                    .other(0, CONNECTED, 9);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.WRONG_RESPONSE);
            assertThat(watch.result().paths().get(0).outcome()).contains(RESET);
        }

        @Test
        void that_was_torn_down_once_after_settling_is_no_denial_either() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, RESET, 6)
                    .front(0, TIMEOUT, 7, 8, 9)
                    .other(0, CONNECTED, 10);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.WRONG_RESPONSE);
        }

        @Test
        void whose_results_cannot_be_read_is_no_denial() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, PROBE_ERROR, 6, 7, 8)
                    .other(0, CONNECTED, 9);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.PROBE_UNRELIABLE);
        }

        @Test
        void starts_to_count_anew_after_a_result_that_cannot_be_read() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, TIMEOUT, 6, 7)
                    .front(0, PROBE_ERROR, 8)
                    .front(0, TIMEOUT, 9)
                    .other(0, CONNECTED, 10);

            assertThat(watch.matches()).isFalse();
        }

        @Test
        void passes_only_with_doubt_when_nobody_has_the_identity_of_its_source() {
            Verdict doubt = new Verdict(Status.INCONCLUSIVE, Reason.NO_SUCH_SOURCE, "nobody", Optional.empty());
            Watch watch = Watch.of(DENY)
                    .doubting(doubt)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, TIMEOUT, 6, 7, 8)
                    .other(0, CONNECTED, 9);

            assertThat(watch.verdict()).isEqualTo(doubt);
        }

        @Test
        void is_open_even_when_nobody_has_the_identity_of_its_source() {
            Verdict doubt = new Verdict(Status.INCONCLUSIVE, Reason.NO_SUCH_SOURCE, "nobody", Optional.empty());
            Watch watch = Watch.of(DENY).doubting(doubt).path(ONE).started(0).front(0, CONNECTED, 6, 7, 8);

            says(watch.verdict(), Status.FAIL, Reason.OPEN);
        }
    }

    @Nested
    class A_pinned_manner {
        @Test
        void of_silence_is_not_met_by_a_refusal() {
            says(refusedEach(Watch.of(DROP)).verdict(), Status.FAIL, Reason.WRONG_MANNER);
        }

        @Test
        void of_an_answer_is_met_by_a_refusal() {
            says(refusedEach(Watch.of(REJECT)).verdict(), Status.PASS, Reason.DENIED);
        }

        @Test
        void of_an_answer_is_not_met_by_silence() {
            Watch watch = Watch.of(REJECT)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .silence(0, 9, 10, 11)
                    .other(0, CONNECTED, 12);

            says(watch.verdict(), Status.FAIL, Reason.WRONG_MANNER);
        }

        private Watch refusedEach(Watch watch) {
            return watch.path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, REFUSED, 6, 7, 8)
                    .other(0, CONNECTED, 9);
        }
    }

    @Nested
    class A_denial_of_the_application_layer {
        @Test
        void passes_when_the_same_request_of_another_source_is_answered() {
            Watch watch = Watch.of(DENY)
                    .request(ONE, "/orders")
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, L7_DENIED, 6, 7, 8)
                    .other(0, CONNECTED, 9);

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
        }

        @Test
        void proves_nothing_when_everybody_is_denied_there() {
            Watch watch = Watch.of(DENY)
                    .request(ONE, "/orders")
                    .started(0)
                    .other(0, L7_DENIED, 1)
                    .front(0, L7_DENIED, 6, 7, 8)
                    .other(0, L7_DENIED, 9);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
            assertThat(watch.verdict().explanation()).endsWith("no other source was seen to get a different answer");
            assertThat(watch.verdict().fix()).contains("add a source that may make the same request");
        }

        @Test
        void proves_nothing_when_others_asked_for_something_else() {
            Watch watch = Watch.of(DENY)
                    .request(ONE, "/admin")
                    .request(ONE, "/")
                    .started(0)
                    .other(1, CONNECTED, 1)
                    .front(0, L7_DENIED, 6, 7, 8)
                    .front(1, TIMEOUT, 6, 7, 8)
                    .other(1, CONNECTED, 9);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }
    }

    @Nested
    class A_denied_datagram {
        @Test
        void passes_when_another_source_is_answered_to_the_same() {
            Watch watch = Watch.of(DENY)
                    .datagram(TWO, "echo {nonce}", "echo {nonce}")
                    .started(0)
                    .other(0, CONNECTED, 1, 9.5)
                    .silence(0, 6, 7, 8, 9);

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
        }

        @Test
        void proves_nothing_when_others_were_answered_to_something_else() {
            Watch watch = Watch.of(DENY)
                    .datagram(TWO, "nonsense", "echo {nonce}")
                    .started(0)
                    .other(0, CONNECTED, 1, 9.5)
                    .silence(0, 6, 7, 8, 9);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void proves_nothing_by_a_listener_for_tcp() {
            Watch watch = Watch.of(DENY)
                    .datagram(readinessProbed("10.0.2.2", "node-2"), "echo {nonce}", "echo {nonce}")
                    .path(TWO)
                    .started(0)
                    .front(1, CONNECTED, 1)
                    .listens(0, 1, 9.5)
                    .silence(0, 6, 7, 8, 9);

            assertThat(watch.matches()).isFalse();
            assertThat(watch.result().paths().get(0).control()).isEqualTo(ControlGrade.NONE);
        }

        @Test
        void never_makes_anybody_ask_by_port_forward() {
            Watch watch = Watch.of(DENY)
                    .datagram(TWO, "echo {nonce}", "echo {nonce}")
                    .started(0)
                    .silence(0, 6, 7, 8, 9);

            assertThat(watch.asksWhetherItListens()).isFalse();
        }
    }

    /** What curl cannot see: who refuses. */
    @Nested
    class A_twin {
        private final Cause filter = new Cause.Icmp(3, 13, "10.0.0.254");

        @Test
        void is_started_for_a_refusal_that_nobody_explained_and_only_once() {
            Watch watch = Watch.of(DENY).path(TWO).path(ONE).started(0).front(0, REFUSED, 1);
            assertThat(watch.twin(1)).as("once is no habit").isEmpty();

            ProbePod twin = watch.front(0, REFUSED, 2).twin(2).orElseThrow();

            assertThat(twin.attempts()).containsExactly(new Attempt.Connect(TWO.ip(), TWO.port()));
            assertThat(twin.tools()).isEqualTo(ProbePod.Tools.NETSHOOT);
            assertThat(twin.node()).contains("node-1");
            assertThat(watch.front(0, REFUSED, 3).twin(3)).isEmpty();
        }

        @Test
        void costs_nothing_where_nobody_refuses() {
            assertThat(Watch.of(DENY).path(TWO).started(0).silence(0, 4, 5, 6).twin(7))
                    .isEmpty();
            assertThat(Watch.of(ALLOW)
                            .path(TWO)
                            .started(0)
                            .front(0, REFUSED, 1, 2, 3)
                            .twin(3))
                    .as("a fresh pod may be refused until its rules have arrived")
                    .isEmpty();
        }

        @Test
        void is_waited_for_while_it_may_still_tell() {
            Watch watch = Watch.of(DENY).path(TWO).started(0).front(0, REFUSED, 1, 2);
            ProbePod twin = watch.twin(3).orElseThrow();

            watch.front(0, REFUSED, 6, 7, 8).explained(twin, REFUSED, new Cause.Reset(), 4, 5);
            assertThat(watch.awaitsExplanation())
                    .as("its own rules may still be on their way")
                    .isTrue();

            assertThat(watch.explained(twin, REFUSED, new Cause.Reset(), 9).awaitsExplanation())
                    .isFalse();
        }

        @Test
        void is_not_waited_for_once_it_is_lost() {
            Watch watch = Watch.of(DENY).path(TWO).started(0).front(0, REFUSED, 1, 2);
            ProbePod twin = watch.twin(3).orElseThrow();

            watch.evidence().lost(twin.id(), "no such image", "name another");

            assertThat(watch.awaitsExplanation()).isFalse();
        }

        @Test
        void that_sees_a_filter_makes_a_refusal_a_denial_on_a_port_forward_alone() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .path(pod("10.0.1.9", "node-1"))
                    .started(0)
                    .listens(0, 1)
                    .other(1, CONNECTED, 2)
                    .front(0, REFUSED, 2, 3, 6, 7, 8)
                    .front(1, TIMEOUT, 6, 7, 8)
                    .other(1, CONNECTED, 12)
                    .listens(0, 12);
            ProbePod twin = watch.twin(3).orElseThrow();
            assertThat(watch.matches()).isFalse();

            watch.explained(twin, REFUSED, filter, 9, 10);
            assertThat(watch.matches()).as("two rounds are too few").isFalse();

            assertThat(watch.explained(twin, REFUSED, filter, 11).matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
            assertThat(watch.verdict().explanation())
                    .contains("an ICMP admin-prohibited from 10.0.0.254: a filter, for sure");
        }

        @Test
        void is_not_needed_by_a_probe_that_sees_a_filter_itself_and_only_what_it_saw_once_settled_counts() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .path(pod("10.0.1.9", "node-1"))
                    .started(0)
                    .listens(0, 1)
                    .other(1, CONNECTED, 2)
                    .refused(0, new Cause.Reset(), 2, 3)
                    .refused(0, filter, 6, 7)
                    .front(1, TIMEOUT, 6, 7, 8)
                    .other(1, CONNECTED, 12)
                    .listens(0, 12);
            assertThat(watch.matches()).as("two rounds are too few").isFalse();

            assertThat(watch.refused(0, filter, 8).matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
            assertThat(watch.verdict().explanation()).contains("a filter, for sure");
        }

        @Test
        void is_what_is_missing_where_refusals_come_among_silence_on_a_port_forward_alone() {
            Watch silent = Watch.of(DENY)
                    .path(ONE)
                    .path(pod("10.0.1.9", "node-1"))
                    .started(0)
                    .listens(0, 1, 14)
                    .other(1, CONNECTED, 1, 14)
                    .silence(1, 9, 10, 11);
            Watch refused = Watch.of(DENY)
                    .path(ONE)
                    .path(pod("10.0.1.9", "node-1"))
                    .started(0)
                    .listens(0, 1, 14)
                    .other(1, CONNECTED, 1, 14)
                    .silence(1, 9, 10, 11);

            assertThat(silent.silence(0, 9, 10, 11).matches()).isTrue();
            assertThat(refused.silence(0, 9, 10).front(0, REFUSED, 11).matches())
                    .as("nobody knows whether the target refused it")
                    .isFalse();
            says(refused.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void that_sees_a_reset_leaves_a_refusal_on_a_port_forward_alone_in_doubt() {
            Watch watch = Watch.of(DENY).path(TWO).started(0).listens(0, 1, 14).front(0, REFUSED, 2, 3, 6, 7, 8);
            ProbePod twin = watch.twin(3).orElseThrow();

            watch.explained(twin, REFUSED, new Cause.Reset(), 9, 10, 11);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
            assertThat(watch.verdict().explanation()).contains("a TCP reset in the target's own name");
        }

        @Test
        void says_in_every_report_what_it_saw() {
            Watch watch = Watch.of(DENY)
                    .path(TWO)
                    .started(0)
                    .other(0, CONNECTED, 1, 20)
                    .front(0, REFUSED, 2, 3, 6, 7, 8);
            ProbePod twin = watch.twin(3).orElseThrow();
            watch.explained(twin, REFUSED, new Cause.Reset(), 9);

            says(watch.verdict(), Status.PASS, Reason.DENIED);
            assertThat(watch.verdict().explanation()).contains("most likely a filter, because the target listens");
            assertThat(watch.result().paths().get(0).history())
                    .extracting(Streak::signal)
                    .containsExactly("raw REFUSED: TCP reset");
        }

        @Test
        void is_believed_when_refusals_are_few_among_silences_because_kernels_limit_their_messages() {
            Watch watch = Watch.of(DENY)
                    .path(TWO)
                    .started(0)
                    .other(0, CONNECTED, 1, 20)
                    .front(0, REFUSED, 1, 2)
                    .silence(0, 9, 10, 11);
            ProbePod twin = watch.twin(3).orElseThrow();

            watch.explained(twin, TIMEOUT, filter, 9, 10);
            assertThat(watch.awaitsExplanation()).isTrue();
            watch.explained(twin, REFUSED, filter, 11);

            assertThat(watch.awaitsExplanation()).isFalse();
            assertThat(watch.verdict().explanation())
                    .contains("refused (an ICMP admin-prohibited from 10.0.0.254: a filter, for sure)");
        }

        @Test
        void that_gets_through_makes_it_uncertain_what_is_so() {
            Watch watch = Watch.of(DENY)
                    .path(TWO)
                    .started(0)
                    .other(0, CONNECTED, 1, 20)
                    .front(0, REFUSED, 2, 3, 6, 7, 8);
            ProbePod twin = watch.twin(3).orElseThrow();
            watch.explained(twin, CONNECTED, filter, 9);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }

        @Test
        void that_gets_through_confirms_a_connection_that_was_refused_at_first() {
            Watch watch = Watch.of(ALLOW).path(TWO).started(0).front(0, REFUSED, 6, 7);
            ProbePod twin = watch.twin(3).orElseThrow();
            watch.explained(twin, CONNECTED, filter, 9).front(0, CONNECTED, 10, 11, 12);

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.CONNECTED);
        }

        @Test
        void that_gets_through_where_an_allowed_connection_is_refused_makes_it_uncertain_what_is_so() {
            Watch watch = Watch.of(ALLOW)
                    .path(TWO)
                    .started(0)
                    .other(0, CONNECTED, 1, 20)
                    .front(0, REFUSED, 6, 7, 8);
            ProbePod twin = watch.twin(3).orElseThrow();
            watch.explained(twin, CONNECTED, filter, 9);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }

        @Test
        void whose_rounds_disagree_proves_no_filter() {
            Watch watch = refusedThreeTimes();
            ProbePod twin = watch.twin(3).orElseThrow();

            watch.explained(twin, REFUSED, filter, 9, 10)
                    .explained(twin, REFUSED, new Cause.Reset(), 11)
                    .explained(twin, REFUSED, filter, 12);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void with_a_refusal_that_nobody_signed_proves_no_filter() {
            Watch watch = refusedThreeTimes();
            ProbePod twin = watch.twin(3).orElseThrow();

            watch.explained(twin, REFUSED, filter, 9, 10)
                    .explained(twin, 0, REFUSED, Optional.empty(), 11)
                    .explained(twin, REFUSED, filter, 12);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void that_saw_a_filter_while_its_own_rules_were_on_their_way_proves_no_filter() {
            Watch watch = refusedThreeTimes();
            ProbePod twin = watch.twin(3).orElseThrow();

            watch.explained(twin, REFUSED, filter, 4, 5, 6);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        private Watch refusedThreeTimes() {
            return Watch.of(DENY)
                    .path(ONE)
                    .path(pod("10.0.1.9", "node-1"))
                    .started(0)
                    .listens(0, 1)
                    .other(1, CONNECTED, 2)
                    .front(0, REFUSED, 2, 3, 6, 7, 8)
                    .front(1, TIMEOUT, 6, 7, 8)
                    .other(1, CONNECTED, 16)
                    .listens(0, 16);
        }

        /** Translation hides who answers at a Service's address; what stands before all of its pods is not hidden. */
        @Nested
        class Behind_a_service {
            private final Cause unsigned = new Cause.Icmp(3, 3, "10.96.0.7");
            private final Watch watch = Watch.of(DENY)
                    .vip(ONE, TWO)
                    .path(ONE)
                    .path(TWO)
                    .started(0)
                    .other(0, CONNECTED, 1, 20)
                    .other(1, CONNECTED, 1, 20)
                    .other(2, CONNECTED, 1, 20)
                    .front(0, REFUSED, 2, 3, 6, 7, 8)
                    .front(1, REFUSED, 2, 3, 6, 7, 8)
                    .front(2, REFUSED, 2, 3, 6, 7, 8);
            private final ProbePod twin = watch.twin(3).orElseThrow();

            @Test
            void the_filter_before_every_pod_is_the_one_that_refuses() {
                explained(filter, filter);
                assertThat(watch.verdict().explanation()).contains("a filter, as in front of its pods, for sure");
            }

            @Test
            void a_filter_before_one_of_two_pods_may_not_be_the_one_that_refuses() {
                explained(filter, new Cause.Reset());
                assertThat(watch.verdict().explanation())
                        .contains("the far end, or a filter; not sure")
                        .doesNotContain("as in front of its pods");
            }

            @Test
            void a_filter_before_the_first_pod_alone_may_not_be_the_one_that_refuses_either() {
                explained(new Cause.Reset(), filter);
                assertThat(watch.verdict().explanation()).doesNotContain("as in front of its pods");
            }

            @Test
            void pods_of_which_nothing_is_known_say_nothing_of_their_service() {
                watch.explained(twin, 0, REFUSED, Optional.of(unsigned), 9, 10, 11);
                assertThat(watch.verdict().explanation()).contains("the far end, or a filter; not sure");
            }

            private void explained(Cause one, Cause two) {
                watch.explained(twin, 0, REFUSED, Optional.of(unsigned), 9, 10, 11)
                        .explained(twin, 1, REFUSED, Optional.of(one), 9, 10, 11)
                        .explained(twin, 2, REFUSED, Optional.of(two), 9, 10, 11);
            }
        }

        @Test
        void at_a_services_address_alone_does_not_know_whose_refusal_it_is() {
            Watch watch = Watch.of(DENY)
                    .vip(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1, 20)
                    .front(0, REFUSED, 2, 3, 6, 7, 8);
            ProbePod twin = watch.twin(3).orElseThrow();

            watch.explained(twin, REFUSED, new Cause.Icmp(3, 3, "10.96.0.7"), 9, 10, 11);

            assertThat(watch.verdict().explanation())
                    .contains("the far end, or a filter; not sure")
                    .doesNotContain("as in front of its pods");
        }

        @Test
        void that_admission_changed_explains_nothing() {
            Watch watch = Watch.of(DENY).path(TWO).started(0).listens(0, 1, 14).front(0, REFUSED, 2, 3, 6, 7, 8);
            ProbePod twin = watch.twin(3).orElseThrow();
            watch.explained(twin, REFUSED, filter, 9, 10, 11);
            watch.evidence()
                    .started(twin.id(), Watch.at(3), "netproof-twin", Optional.of("node-1"), Optional.of("a label"));

            assertThat(watch.awaitsExplanation()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }
    }

    /** A pod is all its addresses, and what is proved of one of them says something of the other, but not everything. */
    @Nested
    class Addresses_of_two_families {
        private static final Backend FOUR = pod("10.0.2.5", "node-2");
        private static final Backend SIX = also(FOUR, "fd00:2::5");
        private static final Backend NEIGHBOUR = pod("fd00:2::9", "node-2");

        /** Denied over IPv4 while another source got through there. */
        private Watch denied(Watch watch) {
            return watch.started(0)
                    .other(0, CONNECTED, 0.5, 1.5)
                    .silence(0, 8.5, 9.5, 10.5)
                    .other(0, CONNECTED, 11, 12);
        }

        @Test
        void are_denied_only_where_each_is_denied() {
            Watch watch = denied(Watch.of(DENY).path(FOUR).path(SIX)).front(1, CONNECTED, 6, 7, 8);

            says(watch.verdict(), Status.FAIL, Reason.OPEN);
            assertThat(watch.verdict().explanation())
                    .isEqualTo("pod postgres-5 ([fd00:2::5]:5432) connected 3 of 3 times, over IPv6 alone");
            assertThat(watch.reopened()).isTrue();
        }

        @Test
        void are_told_of_neither_alone_where_nothing_is_proved_of_the_other() {
            Watch watch = Watch.of(DENY)
                    .path(FOUR)
                    .path(SIX)
                    .started(0)
                    .silence(0, 8.5, 9.5, 10.5)
                    .front(1, CONNECTED, 6, 7, 8);

            says(watch.verdict(), Status.FAIL, Reason.OPEN);
            assertThat(watch.verdict().explanation()).doesNotContain("alone");
        }

        @Test
        void are_each_proved_by_whoever_reaches_them() {
            Watch watch = denied(Watch.of(DENY).path(FOUR).path(SIX))
                    .other(1, CONNECTED, 0.5, 1.5)
                    .silence(1, 8.5, 9.5, 10.5)
                    .other(1, CONNECTED, 12);

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
            assertThat(watch.result().paths())
                    .extracting(PathObservation::control)
                    .containsExactly(ControlGrade.REACHED, ControlGrade.REACHED);
        }

        @Test
        void that_refuse_where_nobody_ever_got_in_are_no_open_door() {
            Watch watch = denied(Watch.of(DENY).path(FOUR).path(SIX)).front(1, REFUSED, 6, 7, 8, 9);

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
            assertThat(watch.verdict().explanation())
                    .startsWith("refused (")
                    .endsWith("; no source reached it over IPv6, but over IPv4 catalog reached 10.0.2.5:5432 4 times");
            assertThat(watch.result().paths().get(1).control()).isEqualTo(ControlGrade.OTHER_FAMILY);
        }

        @Test
        void that_refuse_prove_nothing_once_somebody_got_in() {
            Watch watch = denied(Watch.of(DENY).path(FOUR).path(SIX))
                    .other(1, CONNECTED, 0.5, 1.5)
                    .front(1, REFUSED, 6, 7, 8, 9);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void that_refuse_prove_nothing_where_the_other_is_not_proved() {
            Watch watch = Watch.of(DENY)
                    .path(FOUR)
                    .path(SIX)
                    .started(0)
                    .silence(0, 8.5, 9.5, 10.5)
                    .front(1, REFUSED, 6, 7, 8, 9);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void that_are_silent_are_denied_where_packets_of_their_family_get_there() {
            Watch watch = denied(Watch.of(DENY).path(FOUR).path(SIX).path(NEIGHBOUR))
                    .other(2, CONNECTED, 1, 2, 11)
                    .silence(2, 8.5, 9.5, 10.5)
                    .silence(1, 8.5, 9.5, 10.5);

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
            assertThat(watch.result().paths().get(1).control())
                    .as("a pod that is alive would refuse where nobody listens")
                    .isEqualTo(ControlGrade.OTHER_FAMILY);
        }

        @Test
        void that_are_silent_prove_nothing_where_no_packet_of_their_family_gets_there() {
            Watch watch = denied(Watch.of(DENY).path(FOUR).path(SIX)).silence(1, 8.5, 9.5, 10.5);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
            assertThat(watch.verdict().explanation())
                    .contains(
                            "no source reached it over IPv6, and no packet got from node node-1 to node node-2 over IPv6");
            assertThat(watch.verdict().fix())
                    .hasValueSatisfying(fix -> assertThat(fix)
                            .isEqualTo(
                                    "over IPv4 it is denied: let the server listen on IPv6 as well, add a source that"
                                            + " may reach it over IPv6, or check one family alone: family: IPv4 under"
                                            + " destinations"));
        }

        @Test
        void that_nobody_listens_on_are_neither_allowed_nor_blocked() {
            Watch watch = Watch.of(ALLOW)
                    .path(FOUR)
                    .path(SIX)
                    .started(0)
                    .front(0, CONNECTED, 5, 6, 7, 8, 9)
                    .front(1, REFUSED, 6, 7, 8);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
            assertThat(watch.verdict().explanation()).contains("nothing shows that anything listens there over IPv6");
            assertThat(watch.verdict().fix())
                    .hasValueSatisfying(fix -> assertThat(fix).contains("family: IPv4 under destinations"));
        }

        @Test
        void that_are_silent_are_blocked_where_packets_of_their_family_get_there() {
            Watch watch = Watch.of(ALLOW)
                    .path(FOUR)
                    .path(SIX)
                    .path(NEIGHBOUR)
                    .started(0)
                    .front(0, CONNECTED, 1, 2, 6, 7, 8, 12)
                    .front(2, CONNECTED, 1, 2, 6, 7, 8)
                    .silence(1, 8.5, 9.5, 10.5);

            says(watch.verdict(), Status.FAIL, Reason.BLOCKED);
        }

        @Test
        void that_are_blocked_alone_are_told_as_such() {
            Watch watch = Watch.of(ALLOW)
                    .path(FOUR)
                    .path(SIX)
                    .started(0)
                    .front(0, CONNECTED, 6, 7, 8)
                    .other(1, CONNECTED, 1, 2)
                    .silence(1, 8.5, 9.5, 10.5)
                    .other(1, CONNECTED, 11);

            says(watch.verdict(), Status.FAIL, Reason.BLOCKED);
            assertThat(watch.verdict().explanation()).endsWith(", over IPv6 alone");
            assertThat(watch.verdict().fix())
                    .hasValueSatisfying(fix -> assertThat(fix).startsWith("over IPv4 it connects: see whether a rule"));
        }

        @Test
        void of_one_pod_are_asked_for_once() {
            Watch watch = Watch.of(DENY)
                    .vip(FOUR)
                    .vip6(SIX)
                    .path(FOUR)
                    .path(SIX)
                    .started(0)
                    .silence(0, 8.5)
                    .silence(1, 8.5)
                    .silence(2, 8.5)
                    .silence(3, 8.5);

            assertThat(watch.asked()).containsExactly("10.0.2.5");
        }

        @Test
        void of_a_service_are_not_alive_by_a_pod_of_the_other_family() {
            Watch watch = Watch.of(ALLOW)
                    .vip(FOUR)
                    .vip6(SIX)
                    .path(FOUR)
                    .path(SIX)
                    .started(0)
                    .front(0, CONNECTED, 6, 7, 8)
                    .front(2, CONNECTED, 1, 2, 6, 7, 8, 12)
                    .front(1, REFUSED, 6, 7, 8)
                    .front(3, REFUSED, 6, 7, 8);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void of_a_service_without_a_pod_behind_one_of_them_are_no_open_door() {
            Watch watch = denied(Watch.of(DENY).path(FOUR).vip6().vip(FOUR))
                    .front(1, REFUSED, 6, 7, 8, 9)
                    .silence(2, 8.5, 9.5, 10.5);

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
        }

        @Test
        void of_a_service_without_a_pod_behind_one_of_them_are_not_allowed() {
            Watch watch = Watch.of(ALLOW)
                    .vip(FOUR)
                    .vip6()
                    .path(FOUR)
                    .started(0)
                    .front(0, CONNECTED, 6, 7, 8)
                    .front(1, REFUSED, 6, 7, 8)
                    .front(2, CONNECTED, 6, 7, 8);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_BACKEND);
            assertThat(watch.verdict().explanation())
                    .startsWith("the Service address [fd00:96::7]:5432 refused")
                    .endsWith("it has no ready pod with an IPv6 address");
        }

        @Test
        void of_different_pods_say_nothing_of_each_other() {
            Watch watch = denied(Watch.of(DENY).path(FOUR).path(NEIGHBOUR)).front(1, REFUSED, 6, 7, 8, 9);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }
    }

    @Nested
    class A_port_forward {
        @Test
        void wants_its_witness_in_the_same_family_of_addresses() {
            Watch watch = Watch.of(DENY)
                    .path(pod("fd00::2", "node-2"))
                    .path(TWO)
                    .started(0)
                    .front(1, CONNECTED, 1, 2)
                    .listens(0, 1, 9.5)
                    .front(0, UNREACHABLE, 6, 7, 8, 9);

            assertThat(watch.result().paths().get(0).control())
                    .as("a pod without an IPv6 address reaches no IPv6 address at all")
                    .isEqualTo(ControlGrade.NONE);
        }

        @Test
        void around_the_denials_proves_a_time_out_where_something_else_took_the_same_way() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .path(pod("10.0.1.9", "node-1"))
                    .started(0)
                    .listens(0, 1)
                    .other(1, CONNECTED, 2)
                    .silence(0, 9, 10, 11)
                    .front(1, TIMEOUT, 6, 7, 8)
                    .other(1, CONNECTED, 9)
                    .listens(0, 11.5);

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
            assertThat(watch.result().paths().get(0).control()).isEqualTo(ControlGrade.LISTENING_LOOPBACK);
        }

        @Test
        void proves_nothing_when_nothing_ever_got_from_the_one_node_to_the_other() {
            Watch watch = Watch.of(DENY)
                    .path(TWO)
                    .path(ONE)
                    .started(0)
                    .listens(0, 1)
                    .other(1, CONNECTED, 2)
                    .silence(0, 9, 10, 11)
                    .front(1, TIMEOUT, 6, 7, 8)
                    .other(1, CONNECTED, 9)
                    .listens(0, 11.5);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
            assertThat(watch.verdict().explanation()).contains("from node node-1 to node node-2");
        }

        /** Of several pods behind a Service, one that listens and cannot be reached is the one to speak of. */
        @Test
        void without_a_way_is_explained_and_advised_on_by_the_same_pod() {
            Watch watch = Watch.of(DENY)
                    .vip(ONE, TWO)
                    .path(TWO)
                    .started(0)
                    .listens(1, 1, 14)
                    .silence(0, 9, 10, 11)
                    .silence(1, 9, 10, 11);

            Verdict verdict = watch.verdict();
            says(verdict, Status.INCONCLUSIVE, Reason.NO_CONTROL);
            assertThat(verdict.explanation())
                    .startsWith("the Service address")
                    .contains("it listens, but no packet got from node node-1 to node node-2");
            assertThat(verdict.fix().orElseThrow()).startsWith("let netproof show that packets get from node to node");
        }

        @Test
        void alone_does_not_prove_a_refusal() {
            Watch watch = refusedWhileListening(ONE);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
            assertThat(watch.verdict().explanation()).contains("loop-back, perhaps only there");
        }

        @Test
        void with_the_kubelets_own_probe_proves_a_refusal() {
            Watch watch = refusedWhileListening(readinessProbed("10.0.1.1", "node-1"));

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
            assertThat(watch.result().paths().get(0).control()).isEqualTo(ControlGrade.LISTENING);
        }

        @Test
        void that_finds_nobody_says_so() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .silentPort(0, 1)
                    .silence(0, 9, 10, 11)
                    .silentPort(0, 12);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
            assertThat(watch.verdict().explanation()).contains("connection refused");
        }

        @Test
        void is_asked_for_at_once_and_again_after_enough_denials() {
            Watch watch = Watch.of(DENY).path(ONE).started(0);

            assertThat(watch.asksWhetherItListens()).isTrue();
            assertThat(watch.listens(0, 1).asksWhetherItListens()).isFalse();
            assertThat(watch.silence(0, 9, 10).asksWhetherItListens()).isFalse();
            assertThat(watch.silence(0, 11).asksWhetherItListens()).isTrue();
            assertThat(watch.listens(0, 11.5).asksWhetherItListens()).isFalse();
        }

        @Test
        void is_not_asked_for_while_others_get_through() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .silence(0, 9, 10, 11)
                    .other(0, CONNECTED, 12);

            assertThat(watch.asksWhetherItListens()).isFalse();
        }

        @Test
        void is_asked_for_when_others_got_through_only_before_their_own_rules_arrived() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .listens(0, 0.2)
                    .other(0, CONNECTED, 0.5, 1.5)
                    .other(0, TIMEOUT, 5, 6, 7, 8, 9)
                    .silence(0, 10, 11, 12);

            assertThat(watch.asksWhetherItListens()).isTrue();
            assertThat(watch.listens(0, 12.5).matches())
                    .as("nothing got from node to node since the early contact")
                    .isFalse();
            assertThat(watch.witnessed(0, 9.5).matches())
                    .as("port-forwards at both ends prove it, with a witness of the way after the last attempt began")
                    .isTrue();
        }

        @Test
        void wants_packets_to_get_from_node_to_node_before_the_attempts_and_after_them() {
            Watch before =
                    Watch.of(DENY).path(ONE).started(0).listens(0, 1, 12.5).silence(0, 10, 11, 12);
            assertThat(before.witnessed(0, 2, 8).matches())
                    .as("the way may have gone since")
                    .isFalse();

            Watch after =
                    Watch.of(DENY).path(ONE).started(0).listens(0, 1, 12.5).silence(0, 10, 11, 12);
            assertThat(after.witnessed(0, 9.5, 12).matches())
                    .as("the way may have come only then")
                    .isFalse();
            assertThat(after.unwitnessed()).as("it is witnessed from now on").isEmpty();

            Watch around =
                    Watch.of(DENY).path(ONE).started(0).listens(0, 1, 12.5).silence(0, 10, 11, 12);
            assertThat(around.unwitnessed()).containsExactly(new Route("node-1", "node-1", Family.IPV4));
            assertThat(around.witnessed(0, 6, 9.5).matches()).isTrue();
            says(around.verdict(), Status.PASS, Reason.DENIED);
        }

        private Watch refusedWhileListening(Backend backend) {
            return Watch.of(DENY)
                    .path(backend)
                    .path(pod("10.0.1.9", "node-1"))
                    .started(0)
                    .listens(0, 1)
                    .other(1, CONNECTED, 2)
                    .front(0, REFUSED, 6, 7, 8)
                    .front(1, TIMEOUT, 6, 7, 8)
                    .other(1, CONNECTED, 9)
                    .listens(0, 9);
        }
    }

    @Nested
    class What_happens_meanwhile {
        @Test
        void a_target_that_changed_makes_its_denials_inconclusive() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, TIMEOUT, 6, 7, 8)
                    .other(0, CONNECTED, 9)
                    .targetChanged(0, "pod postgres-1 restarted");

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.TARGET_CHANGED);
            assertThat(watch.verdict().explanation()).contains("restarted");
        }

        @Test
        void a_target_that_changed_does_not_hide_that_it_is_open() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .front(0, CONNECTED, 6, 7, 8)
                    .targetChanged(0, "pod postgres-1 restarted");

            says(watch.verdict(), Status.FAIL, Reason.OPEN);
        }

        @Test
        void a_probe_that_never_started_is_a_breakage() {
            Watch watch = Watch.of(DENY).path(ONE).lost(1, "the image cannot be pulled");

            assertThat(watch.convergence().hopeless(watch.planned())).isTrue();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.PROBE_FAILED);
            assertThat(watch.verdict().explanation()).isEqualTo("the image cannot be pulled");
            assertThat(watch.verdict().fix()).contains("look at the events");
        }

        @Test
        void a_probe_that_was_lost_before_it_had_seen_enough_is_a_breakage() {
            Watch watch =
                    Watch.of(ALLOW).path(ONE).started(0).front(0, CONNECTED, 1).lost(2, "evicted");

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.PROBE_FAILED);
        }

        @Test
        void a_probe_that_never_ended_a_round_is_unreliable() {
            Watch watch = Watch.of(DENY).path(ONE).started(0);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.PROBE_UNRELIABLE);
            assertThat(watch.verdict().explanation()).contains("no round");
        }

        @Test
        void a_probe_that_admission_changed_proves_nothing() {
            Watch watch =
                    Watch.of(ALLOW).path(ONE).changed("a sidecar was added").front(0, CONNECTED, 6, 7, 8);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.PROBE_CHANGED);
            assertThat(watch.verdict().explanation()).contains("a sidecar was added");
        }

        @Test
        void a_late_start_moves_the_deadline() {
            Watch watch = Watch.of(ALLOW).path(ONE);

            assertThat(watch.convergence().waitsForProbe(watch.planned())).isTrue();
            assertThat(watch.deadline()).isEqualTo(Watch.at(20));
            watch.started(7);
            assertThat(watch.convergence().waitsForProbe(watch.planned())).isFalse();
            assertThat(watch.deadline()).isEqualTo(Watch.at(27));
        }

        @Test
        void rounds_that_end_out_of_order_are_put_in_order() {
            Watch watch = Watch.of(ALLOW)
                    .path(ONE)
                    .started(0)
                    .round(0, 4, CONNECTED, 6, 6.1)
                    .round(0, 5, CONNECTED, 7, 7.1)
                    .round(0, 6, CONNECTED, 8, 8.1)
                    .round(0, 3, TIMEOUT, 5.2, 8.2);

            assertThat(watch.matches()).isTrue();
            assertThat(watch.result().paths().get(0).history())
                    .extracting(Streak::outcome)
                    .containsExactly(TIMEOUT, CONNECTED);
        }

        @Test
        void an_outside_address_is_controlled_by_whoever_reached_it() {
            Watch watch = Watch.of(DENY)
                    .path(outside("203.0.113.7"))
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, UNREACHABLE, 6, 7, 8)
                    .other(0, CONNECTED, 9);

            says(watch.verdict(), Status.PASS, Reason.DENIED);
        }
    }

    @Test
    void refusals_and_silences_in_turn_are_one_denial() {
        Watch watch = Watch.of(ALLOW)
                .path(ONE)
                .started(0)
                .other(0, Outcome.CONNECTED, 1, 19)
                .front(0, Outcome.REFUSED, 6, 10)
                .silence(0, 13)
                .front(0, Outcome.REFUSED, 14)
                .silence(0, 18);
        says(watch.verdict(), Status.FAIL, Reason.BLOCKED);
    }

    /** What the probes of a node see says nothing while that node gives them no CPU: its engine gets none either. */
    @Nested
    class While_probes_are_starved {
        @Test
        void a_connection_is_no_violation() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 3, 20)
                    .silence(0, 8, 9, 10)
                    .starved(11, 12)
                    .front(0, CONNECTED, 11.5)
                    .silence(0, 15, 16, 17);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
            assertThat(watch.verdict().explanation())
                    .contains("1 of 7 attempts connected")
                    .contains("on a node without spare CPU");
            assertThat(watch.matches()).as("nor is it closed").isFalse();
        }

        @Test
        void nor_is_one_at_another_time_of_the_same_run() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 3, 20)
                    .starved(11, 12)
                    .front(0, CONNECTED, 14, 15)
                    .silence(0, 18, 19, 20);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }

        @Test
        void a_way_that_is_open_again_and_again_at_other_times_is_a_violation_all_the_same() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 3, 20)
                    .starved(11, 12)
                    .front(0, CONNECTED, 13, 14, 15)
                    .silence(0, 18, 19, 20);

            says(watch.verdict(), Status.FAIL, Reason.OPEN);
        }

        @Test
        void a_name_that_led_somewhere_is_no_violation() {
            Watch watch = Watch.of(DENY)
                    .lookup("example.com")
                    .path(outside("203.0.113.7"))
                    .started(0)
                    .other(1, CONNECTED, 1, 20)
                    .starved(11, 12)
                    .front(0, CONNECTED, 11.5)
                    .silence(1, 8, 9, 10);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }

        @Test
        void silence_is_no_violation_of_an_allow() {
            Watch watch = Watch.of(ALLOW)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1, 2)
                    .starved(7, 12)
                    .silence(0, 9, 10, 11)
                    .other(0, CONNECTED, 20);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }

        @Test
        void silence_is_no_denial() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1, 2)
                    .starved(7, 12)
                    .silence(0, 9, 10, 11)
                    .other(0, CONNECTED, 20);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }

        @Test
        void an_unresolved_name_is_no_violation() {
            Watch watch = Watch.of(ALLOW)
                    .lookup("postgres.shop")
                    .path(ONE)
                    .started(0)
                    .starved(6, 12)
                    .front(0, DNS_FAILURE, 7, 8, 9)
                    .front(1, CONNECTED, 13, 14, 15);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }

        @Test
        void one_of_two_is_not_enough_to_doubt_the_other() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .starvedOther(0, 20)
                    .other(0, CONNECTED, 3, 20)
                    .front(0, CONNECTED, 11, 12, 13);

            says(watch.verdict(), Status.FAIL, Reason.OPEN);
        }

        @Test
        void what_was_seen_before_and_after_still_counts() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1, 20)
                    .silence(0, 7.9)
                    .starved(8, 9)
                    .silence(0, 10, 13, 14);

            assertThat(watch.matches()).isTrue();
            says(watch.verdict(), Status.PASS, Reason.DENIED);
        }
    }

    @Test
    void a_connection_that_stays_open_shows_the_far_end_alive_from_its_opening() {
        Watch watch = Watch.of(DENY)
                .path(ONE)
                .started(0)
                .otherHeldOpen(0, 2, 5)
                .silence(0, 6, 8, 10)
                .otherHeldOpen(0, 8, 11);

        assertThat(watch.matches()).isTrue();
    }

    @Test
    void a_slower_pace_is_given_more_time() {
        assertThat(new ConvergenceTerms(3, java.time.Duration.ofSeconds(5), java.time.Duration.ofSeconds(20))
                        .at(java.time.Duration.ofSeconds(4), java.time.Duration.ofSeconds(3))
                        .deadline())
                .isEqualTo(java.time.Duration.ofSeconds(32));
        assertThat(ConvergenceTerms.DEFAULT.at(java.time.Duration.ofSeconds(1), java.time.Duration.ofSeconds(3)))
                .isEqualTo(ConvergenceTerms.DEFAULT);
    }

    @Nested
    class What_was_dated_too_late {
        @Test
        void a_connection_from_before_the_rules_had_landed_is_no_violation() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1, 2)
                    .front(0, CONNECTED, 6)
                    .silence(0, 11, 12, 13)
                    .other(0, CONNECTED, 13.5);
            says(watch.verdict(), Status.FAIL, Reason.OPEN);

            watch.misdated(Watch.FRONT, 2);

            says(watch.verdict(), Status.PASS, Reason.DENIED);
        }

        @Test
        void denials_from_before_the_control_are_not_within_it() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 8)
                    .silence(0, 12, 13, 14)
                    .other(0, CONNECTED, 15);
            says(watch.verdict(), Status.PASS, Reason.DENIED);

            watch.misdated(Watch.FRONT, 6);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void a_control_from_before_the_denials_ended_is_not_behind_them() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 8)
                    .silence(0, 12, 13, 14)
                    .other(0, CONNECTED, 15);

            watch.misdated(Watch.OTHER, 4);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }

        @Test
        void somebody_elses_dates_stay() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 8)
                    .silence(0, 12, 13, 14)
                    .other(0, CONNECTED, 15)
                    .misdated("fronts", 6)
                    .misdated("nobody", 6);

            says(watch.verdict(), Status.PASS, Reason.DENIED);
        }
    }

    @Nested
    class A_probe_that_starves_now {
        @Test
        void proves_nothing_of_that_time_until_it_runs_again() {
            Watch watch = Watch.of(DENY)
                    .path(ONE)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .silence(0, 11, 12, 13)
                    .other(0, CONNECTED, 14)
                    .starving(7);
            assertThat(watch.matches()).isFalse();

            assertThat(watch.runningAgain().matches()).isTrue();
        }

        @Test
        void on_a_node_that_no_packet_passes_is_nobodys_business() {
            Watch watch =
                    Watch.of(DENY).path(ONE).started(0).front(0, CONNECTED, 6).starvedElsewhere("node-9", 0, 20);

            says(watch.verdict(), Status.FAIL, Reason.OPEN);
        }

        @Test
        void on_the_targets_node_makes_one_opening_doubtful() {
            Watch watch = Watch.of(DENY)
                    .path(TWO)
                    .started(0)
                    .other(0, CONNECTED, 1)
                    .front(0, CONNECTED, 6)
                    .silence(0, 11, 12, 13)
                    .starvedElsewhere("node-2", 5, 7);

            says(watch.verdict(), Status.INCONCLUSIVE, Reason.UNSETTLED);
        }
    }

    /** What a run asks before it looks at a check again; whatever changes one must be news is asserted wherever it is told. */
    @Nested
    class News_of_a_check {
        private final Watch watch =
                Watch.of(DENY).path(ONE).path(TWO).started(0).other(0, CONNECTED, 1);
        private final long now = watch.evidence().latest();

        @Test
        void is_everything_at_first() {
            assertThat(watch.isNewsSince(-1)).isTrue();
            assertThat(Watch.of(ALLOW).path(ONE).isNewsSince(-1)).isTrue();
        }

        @Test
        void is_nothing_when_nothing_was_told() {
            assertThat(watch.isNewsSince(now)).isFalse();
        }

        @Test
        void is_not_what_its_own_probe_saw() {
            assertThat(watch.silence(0, 9, 10, 11).isNewsSince(now)).isFalse();
        }

        @Test
        void is_that_somebody_reached_what_it_is_about() {
            assertThat(watch.other(0, CONNECTED, 9).isNewsSince(now)).isTrue();
        }

        @Test
        void is_not_that_somebody_reached_another_target() {
            Backend elsewhere = pod("10.0.1.3", "node-1");
            assertThat(watch.evidence()).satisfies(told -> told.listening(elsewhere, Watch.at(9)));
            assertThat(watch.isNewsSince(now)).isFalse();
        }

        @Test
        void is_a_port_forwards_answer() {
            assertThat(watch.listens(0, 9).isNewsSince(now)).isTrue();
        }

        @Test
        void is_that_a_probe_started_or_did_not_get_to_run_for_a_while_or_that_rules_take_long() {
            assertThat(watch.started(9).evidence().isNewsForAll(now)).isTrue();
            long started = watch.evidence().latest();
            assertThat(watch.starvedOther(9, 10).evidence().isNewsForAll(started))
                    .isTrue();
            long starved = watch.evidence().latest();
            watch.convergence().arrived(Map.of("node-1", Duration.ofSeconds(9)), Watch.PATIENCE);
            assertThat(watch.evidence().isNewsForAll(starved)).isTrue();
        }

        @Test
        void is_that_a_probe_was_starved_or_starves_but_not_that_it_runs_as_before() {
            assertThat(watch.runningAgain().isNewsSince(now)).isFalse();
            assertThat(watch.starving(9).isNewsSince(now)).isTrue();
            long later = watch.evidence().latest();
            assertThat(watch.runningAgain().isNewsSince(later)).isTrue();
        }

        @Test
        void is_that_something_got_from_its_probes_node_to_its_targets() {
            assertThat(watch.witnessed(0, 9).isNewsSince(now)).isTrue();
            long later = watch.evidence().latest();
            assertThat(watch.witnessed(0, 10).isNewsSince(later)).isTrue();
        }
    }

    @Nested
    class A_single_sign_of_life {
        @Test
        void that_lasts_is_one_all_the_same_and_no_control() {
            Watch watch =
                    Watch.of(DENY).path(ONE).started(0).silence(0, 9, 10, 11).otherHeldOpen(0, 1, 15);

            assertThat(watch.matches()).isFalse();
            says(watch.verdict(), Status.INCONCLUSIVE, Reason.NO_CONTROL);
        }
    }

    @Nested
    class What_can_come_to_nothing {
        @Test
        void is_a_check_whose_probe_is_lost() {
            Watch watch = Watch.of(DENY).path(ONE).started(0).silence(0, 9);
            assertThat(watch.convergence().hopeless(watch.planned())).isFalse();

            watch.lost(10, "its node is gone");

            assertThat(watch.convergence().hopeless(watch.planned())).isTrue();
        }

        @Test
        void is_a_check_that_the_runs_end_cut_short() {
            says(Convergence.cutShort("the time is up", "give it more"), Status.INCONCLUSIVE, Reason.OUT_OF_TIME);
        }
    }

    private static void says(Verdict verdict, Status status, Reason reason) {
        assertThat(verdict)
                .extracting(Verdict::status, Verdict::reason)
                .as(verdict.explanation())
                .containsExactly(status, reason);
    }
}
