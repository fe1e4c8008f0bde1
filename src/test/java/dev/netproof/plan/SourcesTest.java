package dev.netproof.plan;

import static dev.netproof.plan.Shop.from;
import static dev.netproof.plan.Shop.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Destination;
import dev.netproof.model.Identity;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Source;
import dev.netproof.model.Source.Liveness;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.model.WorkloadKind;
import dev.netproof.plan.ClusterFacts.Stage;
import dev.netproof.plan.Selector.Operator;
import dev.netproof.plan.Selector.Requirement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SourcesTest {
    private static final String EXEMPT = "network-policy-exempt";
    private static final Map<String, String> CLIENT = Map.of("app", "client");

    private final Shop shop = Shop.withNodes("node-1", "node-2")
            .pod("db", "10.0.1.2", "node-1", 5432)
            .service("db", "10.96.0.2", 5432, 5432)
            .admitting(Selector.of(Map.of(EXEMPT, "")));

    private Plan denied(WorkloadKind kind, String name) {
        return shop.deny(from(kind, name), to("db")).plan();
    }

    private static Map<String, String> with(String key, String value) {
        return Map.of("app", "client", key, value);
    }

    @Nested
    class A_workload {
        @Test
        void is_its_template_where_it_has_no_live_pod() {
            Plan plan = shop.workload(WorkloadKind.DEPLOYMENT, "client", CLIENT)
                    .deny(from(WorkloadKind.DEPLOYMENT, "client"), to("db"))
                    .plan();

            assertThat(plan.probes()).singleElement().satisfies(probe -> {
                assertThat(probe.labels()).isEqualTo(CLIENT);
                assertThat(probe.represents()).isEmpty();
            });
            assertThat(plan.notes()).isEmpty();
        }

        @Test
        void whose_pods_are_as_its_template_says_is_one_probe_and_nothing_is_noted() {
            shop.workload(WorkloadKind.DEPLOYMENT, "client", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", with("pod-template-hash", "5d"))
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-2", with("pod-template-hash", "7f"));
            Plan plan = denied(WorkloadKind.DEPLOYMENT, "client");

            assertThat(plan.probes()).singleElement().satisfies(probe -> {
                assertThat(probe.labels()).isEqualTo(CLIENT);
                assertThat(probe.represents()).containsExactly("client-1", "client-2");
            });
            assertThat(plan.checks().get(0).paths())
                    .allSatisfy(path -> assertThat(path.as()).isEmpty());
            assertThat(plan.notes()).isEmpty();
        }

        @Test
        void is_its_live_pods_and_not_its_template_where_they_differ() {
            shop.workload(WorkloadKind.DEPLOYMENT, "client", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", with(EXEMPT, ""));
            Plan plan = denied(WorkloadKind.DEPLOYMENT, "client");

            assertThat(plan.probes())
                    .singleElement()
                    .extracting(ProbePod::labels)
                    .isEqualTo(with(EXEMPT, ""));
            assertThat(plan.checks().get(0).paths())
                    .allSatisfy(path -> assertThat(path.as()).contains("client-1 (" + EXEMPT + "=)"));
            assertThat(plan.notes())
                    .containsExactly(
                            "the template of Deployment client differs from its live pods in labels that policies read"
                                    + " (without " + EXEMPT + "): the live pods are probed, not the template");
        }

        @Test
        void has_a_probe_for_each_group_of_pods_that_policies_tell_apart() {
            shop.workload(WorkloadKind.DEPLOYMENT, "client", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-2", with(EXEMPT, ""))
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-3", CLIENT);
            Plan plan = denied(WorkloadKind.DEPLOYMENT, "client");

            assertThat(plan.probes())
                    .extracting(ProbePod::represents)
                    .containsExactly(List.of("client-1", "client-3"), List.of("client-2"));
            assertThat(plan.checks().get(0).paths())
                    .extracting(PlannedPath::probe)
                    .contains("p0", "p1");
            assertThat(plan.notes())
                    .containsExactly(
                            "the pods of source deploy/client differ in labels that policies read, so that 2 probes take"
                                    + " their place: client-1, client-3 (without " + EXEMPT + "); client-2 (" + EXEMPT
                                    + "=)");
        }

        @Test
        void has_one_probe_where_its_pods_differ_in_what_no_policy_reads() {
            shop.workload(WorkloadKind.DEPLOYMENT, "client", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", with("version", "1"))
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-2", with("version", "2"));

            assertThat(denied(WorkloadKind.DEPLOYMENT, "client").probes()).hasSize(1);
        }

        @Test
        void has_a_probe_for_each_service_account_of_its_pods() {
            shop.workload(WorkloadKind.DEPLOYMENT, "client", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-2", CLIENT, Stage.LIVE, "robot");

            assertThat(denied(WorkloadKind.DEPLOYMENT, "client").probes())
                    .extracting(ProbePod::serviceAccount)
                    .containsExactly(Optional.empty(), Optional.of("robot"));
        }

        @Test
        void is_not_what_another_workload_made_with_the_same_labels() {
            shop.workload(WorkloadKind.DEPLOYMENT, "client", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client-canary", "client-canary-1", with(EXEMPT, ""));

            assertThat(denied(WorkloadKind.DEPLOYMENT, "client").probes())
                    .singleElement()
                    .extracting(ProbePod::represents)
                    .isEqualTo(List.of("client-1"));
        }

        @Test
        void leaves_out_what_is_terminating_and_says_how_it_differs() {
            shop.workload(WorkloadKind.DEPLOYMENT, "client", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-2", with(EXEMPT, ""), Stage.TERMINATING, "")
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-3", CLIENT, Stage.TERMINATING, "");
            Plan plan = denied(WorkloadKind.DEPLOYMENT, "client");

            assertThat(plan.probes())
                    .singleElement()
                    .extracting(ProbePod::represents)
                    .isEqualTo(List.of("client-1"));
            assertThat(plan.notes())
                    .containsExactly(
                            "not probed: client-2 of source deploy/client, terminating; to policies different from"
                                    + " the others (" + EXEMPT + "=)");
        }

        @Test
        void is_told_apart_by_every_label_where_policies_may_not_be_read() {
            shop.withoutPolicies()
                    .workload(WorkloadKind.DEPLOYMENT, "client", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", with("pod-template-hash", "5d"))
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-2", with("team", "a"));

            assertThat(denied(WorkloadKind.DEPLOYMENT, "client").probes())
                    .extracting(ProbePod::labels)
                    .containsExactly(CLIENT, with("team", "a"));
        }

        @Test
        void with_ordinals_has_one_probe_unless_a_policy_reads_them() {
            String index = "apps.kubernetes.io/pod-index";
            shop.workload(WorkloadKind.STATEFUL_SET, "client", CLIENT)
                    .madeBy(WorkloadKind.STATEFUL_SET, "client", "client-0", with(index, "0"))
                    .madeBy(WorkloadKind.STATEFUL_SET, "client", "client-1", with(index, "1"));

            assertThat(denied(WorkloadKind.STATEFUL_SET, "client").probes())
                    .extracting(ProbePod::labels)
                    .containsExactly(CLIENT);

            shop.admitting(Selector.of(Map.of(index, "0")));
            Plan plan = shop.plan();

            assertThat(plan.probes()).extracting(ProbePod::labels).containsExactly(with(index, "0"), with(index, "1"));
            assertThat(plan.notes()).hasSize(1);
        }

        @Test
        void at_zero_has_the_labels_that_its_controller_will_add_where_a_policy_reads_them() {
            shop.admitting(exists("statefulset.kubernetes.io/pod-name"))
                    .workload(WorkloadKind.STATEFUL_SET, "client", CLIENT);

            assertThat(denied(WorkloadKind.STATEFUL_SET, "client").probes())
                    .singleElement()
                    .extracting(ProbePod::labels)
                    .isEqualTo(with("statefulset.kubernetes.io/pod-name", "client-0"));
        }
    }

    @Nested
    class A_CronJob {
        @Test
        void can_be_tested_by_day_by_its_template() {
            shop.workload(WorkloadKind.CRON_JOB, "nightly", CLIENT);
            Plan plan = denied(WorkloadKind.CRON_JOB, "nightly");

            assertThat(plan.probes()).singleElement().satisfies(probe -> {
                assertThat(probe.source()).isEqualTo("cronjob/nightly");
                assertThat(probe.labels()).isEqualTo(CLIENT);
            });
        }

        @Test
        void is_its_template_beside_a_pod_of_last_nights_template_that_still_runs() {
            shop.workload(WorkloadKind.CRON_JOB, "nightly", CLIENT)
                    .madeBy(WorkloadKind.CRON_JOB, "nightly", "nightly-1-x", with(EXEMPT, ""));

            assertThat(denied(WorkloadKind.CRON_JOB, "nightly").checks().get(0).paths())
                    .extracting(PlannedPath::as)
                    .contains(
                            Optional.of("nightly-1-x (" + EXEMPT + "=)"),
                            Optional.of("the template (without " + EXEMPT + ")"));
        }

        @Test
        void is_one_probe_while_a_pod_of_it_runs() {
            shop.workload(WorkloadKind.CRON_JOB, "nightly", CLIENT)
                    .madeBy(WorkloadKind.CRON_JOB, "nightly", "nightly-1-x", with("job-name", "nightly-1"));

            assertThat(denied(WorkloadKind.CRON_JOB, "nightly").probes())
                    .singleElement()
                    .extracting(ProbePod::represents)
                    .isEqualTo(List.of("nightly-1-x"));
        }

        @Test
        void has_a_job_name_where_a_policy_asks_whether_there_is_one() {
            shop.admitting(exists("job-name")).workload(WorkloadKind.CRON_JOB, "nightly", CLIENT);

            assertThat(denied(WorkloadKind.CRON_JOB, "nightly").probes())
                    .singleElement()
                    .satisfies(probe -> assertThat(probe.labels()).containsKey("job-name"));
        }

        @Test
        void that_may_not_be_listed_is_not_missing() {
            shop.unreadable("list cronjobs in namespace shop");

            says(
                    denied(WorkloadKind.CRON_JOB, "nightly").checks().get(0).foregone(),
                    "not permitted to list cronjobs in namespace shop: the source cronjob/nightly is unknown");
        }
    }

    @Nested
    class A_Job {
        @Test
        void whose_pods_have_finished_is_its_template_and_says_so() {
            shop.workload(WorkloadKind.JOB, "seed", with("batch.kubernetes.io/controller-uid", "c0ffee"))
                    .madeBy(WorkloadKind.JOB, "seed", "seed-x", CLIENT, Stage.FINISHED, "");
            Plan plan = denied(WorkloadKind.JOB, "seed");

            assertThat(plan.probes())
                    .singleElement()
                    .extracting(ProbePod::labels)
                    .isEqualTo(CLIENT);
            assertThat(plan.notes())
                    .containsExactly(
                            "source job/seed has no live pod (seed-x has finished): the template of Job seed is probed");
        }
    }

    @Nested
    class Where_policies_may_not_be_read {
        private final Map<String, String> migrating =
                Map.of("app", "client", "job-name", "migrate", "batch.kubernetes.io/job-name", "migrate");

        @Test
        void a_job_keeps_its_name_in_its_live_pods() {
            shop.withoutPolicies()
                    .workload(WorkloadKind.JOB, "migrate", migrating)
                    .madeBy(WorkloadKind.JOB, "migrate", "migrate-x", migrating);

            assertThat(denied(WorkloadKind.JOB, "migrate").probes())
                    .extracting(ProbePod::labels)
                    .containsExactly(migrating);
        }

        @Test
        void a_job_keeps_its_name_in_its_template() {
            shop.withoutPolicies().workload(WorkloadKind.JOB, "migrate", migrating);

            assertThat(denied(WorkloadKind.JOB, "migrate").probes())
                    .extracting(ProbePod::labels)
                    .containsExactly(migrating);
        }

        @Test
        void a_cron_job_has_the_job_name_that_its_controller_will_add() {
            shop.withoutPolicies().workload(WorkloadKind.CRON_JOB, "nightly", CLIENT);

            assertThat(denied(WorkloadKind.CRON_JOB, "nightly").probes())
                    .singleElement()
                    .satisfies(probe -> assertThat(probe.labels())
                            .containsEntry("job-name", "nightly-0")
                            .containsEntry("batch.kubernetes.io/job-name", "nightly-0"));
        }

        @Test
        void labels_as_a_source_say_what_live_pods_have_besides_but_for_what_controllers_wrote() {
            shop.withoutPolicies()
                    .madeBy(
                            WorkloadKind.STATEFUL_SET,
                            "client",
                            "client-0",
                            Map.of(
                                    "app",
                                    "client",
                                    "team",
                                    "a",
                                    "apps.kubernetes.io/pod-index",
                                    "0",
                                    "controller-revision-hash",
                                    "5d"));
            Source labelled = from("labelled", CLIENT, Liveness.LIVE, Placement.ANY);

            assertThat(shop.deny(labelled, to("db")).plan().notes())
                    .containsExactly(
                            "source labelled is a pod with the labels app=client and no others; live pods with these"
                                    + " labels also have team=a, which policies may read: name their workload as the"
                                    + " source to test what they are");
        }
    }

    @Nested
    class To_a_destination_whose_policies_are_not_known {
        private static final String WHY = "policies that netproof does not read may apply behind an address or a host;"
                + " for such destinations ";

        private Shop five() {
            shop.workload(WorkloadKind.DEPLOYMENT, "client", CLIENT)
                    .madeBy(WorkloadKind.DEPLOYMENT, "client", "client-5", with("canary", "true"));
            for (int i = 1; i < 5; i++) {
                shop.madeBy(WorkloadKind.DEPLOYMENT, "client", "client-" + i, CLIENT);
            }
            return shop;
        }

        private Plan plan(Destination destination) {
            return five().deny(from(WorkloadKind.DEPLOYMENT, "client"), destination)
                    .plan();
        }

        @Test
        void an_address_is_tried_as_each_pod_that_any_label_tells_apart() {
            Plan plan = plan(to(new Target.Ip("10.244.3.7"), Optional.of(new PortRef.Number(5432)), Protocol.TCP));

            assertThat(plan.probes()).extracting(ProbePod::labels).containsExactly(CLIENT, with("canary", "true"));
            assertThat(plan.notes())
                    .containsExactly(
                            WHY + "the pods of source deploy/client differ in labels that policies may read, so"
                                    + " that 2 probes take their place: client-1, client-2, client-3 and 1 more (without"
                                    + " canary); client-5 (canary=true)");
        }

        @Test
        void a_host_is_tried_as_each_pod_that_any_label_tells_apart() {
            Plan plan =
                    plan(to(new Target.Host("db.example.com"), Optional.of(new PortRef.Number(5432)), Protocol.TCP));

            assertThat(plan.probes()).hasSize(2);
        }

        @Test
        void an_external_name_is_tried_as_each_pod_that_any_label_tells_apart() {
            shop.external("outside", "db.example.com");

            assertThat(plan(to("outside", 5432)).probes()).hasSize(2);
        }

        @Test
        void a_service_whose_endpoints_are_no_pods_is_tried_as_each_pod_that_any_label_tells_apart() {
            shop.handmade("legacy", List.of("10.96.0.9"), 5432, List.of("10.244.3.7"));

            assertThat(plan(to("legacy")).probes()).hasSize(2);
        }

        @Test
        void other_checks_of_the_source_are_made_by_as_few_probes_as_before() {
            shop.deny(from(WorkloadKind.DEPLOYMENT, "client"), to("db"));
            Plan plan = plan(to(new Target.Ip("10.244.3.7"), Optional.of(new PortRef.Number(5432)), Protocol.TCP));

            assertThat(plan.checks().get(0).paths())
                    .extracting(PlannedPath::probe)
                    .containsOnly("p0");
            assertThat(plan.checks().get(1).paths())
                    .extracting(PlannedPath::probe)
                    .containsOnly("p0", "p1");
        }

        @Test
        void labels_as_a_source_say_what_live_pods_have_besides() {
            Source labelled = from("labelled", CLIENT, Liveness.LIVE, Placement.ANY);
            five().deny(labelled, to(new Target.Ip("10.244.3.7"), Optional.of(new PortRef.Number(5432)), Protocol.TCP));

            assertThat(shop.plan().notes())
                    .containsExactly(
                            WHY + "source labelled is a pod with the labels app=client and no others; live pods"
                                    + " with these labels also have canary=true, which policies may read: name their workload"
                                    + " as the source to test what they are");
        }
    }

    @Nested
    class A_pod {
        @Test
        void lends_its_service_account() {
            shop.madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", CLIENT, Stage.LIVE, "robot");

            assertThat(plan("client-1").probes())
                    .singleElement()
                    .extracting(ProbePod::serviceAccount)
                    .isEqualTo(Optional.of("robot"));
        }

        @Test
        void that_has_finished_says_that() {
            shop.madeBy(WorkloadKind.JOB, "seed", "seed-x", CLIENT, Stage.FINISHED, "");

            says(
                    plan("seed-x").checks().get(0).foregone(),
                    "pod seed-x has finished in namespace shop and makes no connections");
        }

        private Plan plan(String name) {
            return shop.deny(
                            from("pod/" + name, new Identity.ExistingPod(name), Liveness.LIVE, Placement.ANY), to("db"))
                    .plan();
        }
    }

    @Nested
    class Labels_that_no_live_pod_has {
        @Test
        void but_the_next_pod_of_a_cron_job_will_are_no_typing_mistake() {
            shop.workload(WorkloadKind.CRON_JOB, "nightly", Map.of("app", "nightly", "team", "a"));
            Plan plan = plan(Map.of("app", "nightly"));

            assertThat(plan.checks().get(0).doubt()).isEmpty();
            assertThat(plan.notes())
                    .containsExactly(
                            "no live pod in namespace shop has the labels app=nightly of source labelled now; the next"
                                    + " pod of CronJob nightly will");
        }

        @Test
        void and_that_look_like_those_of_a_deployment_at_zero_are_put_right() {
            shop.workload(WorkloadKind.DEPLOYMENT, "storefront", Map.of("app", "storefront"));

            says(
                    plan(Map.of("app", "storefrnt")).checks().get(0).doubt(),
                    "no live pod in namespace shop has the labels app=storefrnt of source labelled, so its"
                            + " denials prove nothing; did you mean app=storefront?");
        }

        @Test
        void because_their_only_pod_has_finished_say_that() {
            shop.workload(WorkloadKind.JOB, "seed", Map.of("job", "seed"))
                    .madeBy(WorkloadKind.JOB, "seed", "seed-x", Map.of("job", "seed"), Stage.FINISHED, "");

            says(
                    plan(Map.of("job", "seed")).checks().get(0).doubt(),
                    "no live pod in namespace shop has the labels job=seed of source labelled, so its denials"
                            + " prove nothing: seed-x has finished");
        }

        private Plan plan(Map<String, String> labels) {
            return shop.deny(from("labelled", labels, Liveness.LIVE, Placement.ANY), to("db"))
                    .plan();
        }
    }

    @Test
    void labels_as_a_source_are_these_and_no_others_and_say_what_live_pods_have_besides() {
        shop.madeBy(WorkloadKind.DEPLOYMENT, "client", "client-1", with(EXEMPT, ""));
        Source labelled = from("labelled", CLIENT, Liveness.LIVE, Placement.ANY);
        Plan plan = shop.deny(labelled, to("db")).plan();

        assertThat(plan.probes()).singleElement().extracting(ProbePod::labels).isEqualTo(CLIENT);
        assertThat(plan.notes())
                .containsExactly(
                        "source labelled is a pod with the labels app=client and no others; live pods with these"
                                + " labels also have " + EXEMPT
                                + "=, which policies read: name their workload as the source to test"
                                + " what they are");
    }

    private static Selector exists(String key) {
        return new Selector(Map.of(), List.of(new Requirement(key, Operator.EXISTS, List.of())));
    }

    private static void says(Optional<Verdict> verdict, String explanation) {
        assertThat(verdict).hasValueSatisfying(one -> {
            assertThat(one.status()).isEqualTo(Status.INCONCLUSIVE);
            assertThat(one.reason()).isEqualTo(Reason.NO_SUCH_SOURCE);
            assertThat(one.explanation()).isEqualTo(explanation);
        });
    }
}
