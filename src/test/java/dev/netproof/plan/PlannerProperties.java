package dev.netproof.plan;

import static dev.netproof.property.Generator.anyOf;
import static dev.netproof.property.Generator.integers;
import static dev.netproof.property.Generator.lists;
import static dev.netproof.property.Generator.oneOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Check;
import dev.netproof.model.Destination;
import dev.netproof.model.Expectation;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Source;
import dev.netproof.model.Target;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.property.Generator;
import dev.netproof.property.Property;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Whatever is in the cluster and in the matrix: nothing that was asked is left out, and nothing is tried twice. */
class PlannerProperties {
    private static final List<String> APPS = List.of("web", "api", "db");

    @Test
    void every_check_is_answered_or_tried() {
        forAllShops(shop -> {
            Plan plan = shop.plan();
            List<Check> asked = shop.matrices().get(0).checks();

            assertThat(plan.checks()).extracting(PlannedCheck::check).containsExactlyElementsOf(asked);
            assertThat(plan.checks())
                    .allSatisfy(check -> assertThat(check.foregone().isPresent())
                            .isEqualTo(check.paths().isEmpty()));
        });
    }

    @Test
    void every_path_has_its_attempt_and_every_attempt_is_for_a_path() {
        forAllShops(shop -> {
            Plan plan = shop.plan();
            Map<String, ProbePod> probes = new HashMap<>();
            plan.probes()
                    .forEach(probe -> assertThat(probes.put(probe.id(), probe)).isNull());
            Set<String> used = new HashSet<>();
            for (PlannedCheck check : plan.checks()) {
                for (PlannedPath planned : check.paths()) {
                    ProbePod probe = probes.get(planned.probe());
                    assertThat(probe).isNotNull();
                    assertThat(planned.attempt()).isBetween(0, probe.attempts().size() - 1);
                    used.add(planned.probe() + " " + planned.attempt());
                }
            }
            for (ProbePod probe : plan.probes()) {
                assertThat(probe.attempts()).isNotEmpty().doesNotHaveDuplicates();
                for (int i = 0; i < probe.attempts().size(); i++) {
                    assertThat(used).contains(probe.id() + " " + i);
                }
            }
        });
    }

    @Test
    void one_identity_on_one_node_is_one_probe() {
        forAllShops(shop -> assertThat(shop.plan().probes().stream()
                        .map(probe -> List.of(probe.namespace(), probe.labels(), probe.serviceAccount(), probe.node())))
                .doesNotHaveDuplicates());
    }

    @Test
    void the_same_matrix_and_cluster_give_the_same_plan() {
        forAllShops(shop -> assertThat(shop.plan()).isEqualTo(shop.plan()));
    }

    @Test
    void a_probe_is_only_where_it_can_run() {
        forAllShops(shop -> assertThat(shop.plan().probes())
                .allSatisfy(probe -> assertThat(probe.node().orElse("node-1")).isIn("node-1", "node-2")));
    }

    @Test
    void nobodys_denial_is_never_without_a_doubt() {
        forAllShops(shop -> {
            for (PlannedCheck check : shop.plan().checks()) {
                if (check.check().source().name().equals("ghost")
                        && check.check().expectation().forbids()
                        && !check.paths().isEmpty()) {
                    assertThat(check.doubt()).isPresent();
                }
            }
        });
    }

    private static void forAllShops(Consumer<Shop> property) {
        Property.forAll(drawings(), drawing -> property.accept(drawing.shop()));
    }

    private record Pod(String app, int number, String node, Readiness readiness) {}

    private record DesiredPod(Source source, Expectation expectation, Destination destination) {}

    /** What is in a shop, and what is asked about it. */
    private record Drawing(List<Pod> pods, Set<String> services, List<DesiredPod> checks) {
        Shop shop() {
            Shop shop = Shop.withNodes("node-1", "node-2").unusableNode("node-3", "it is cordoned");
            pods.forEach(one -> shop.pod(
                    one.app(), "10.0.1." + one.number(), one.node(), one.readiness(), List.of(), Shop.port(8080)));
            services.forEach(name -> shop.service(name, "10.96.0." + (1 + APPS.indexOf(name)), 80, 8080));
            checks.forEach(check -> shop.check(check.source(), check.expectation(), check.destination()));
            return shop;
        }
    }

    private static Generator<Drawing> drawings() {
        Generator<String> apps = anyOf(APPS.toArray(String[]::new));
        Generator<String> nodes = anyOf("node-1", "node-2");
        Generator<Integer> numbers = integers(1, 200);
        // Most pods are ready.
        Generator<Readiness> readiness = oneOf(
                anyOf(Readiness.READY), anyOf(Readiness.READY), anyOf(Readiness.READY), anyOf(Readiness.values()));
        Generator<Pod> pod = choices ->
                new Pod(apps.from(choices), numbers.from(choices), nodes.from(choices), readiness.from(choices));
        Generator<List<Pod>> pods = lists(pod, 0, 8).map(all -> distinct(all, Pod::number));
        Generator<Set<String>> services = lists(apps, 0, 6).map(TreeSet::new);
        Generator<List<DesiredPod>> checks = lists(asked(), 0, 10)
                .map(all -> distinct(
                        all, one -> one.source().name() + one.destination().name()));
        return choices -> new Drawing(pods.from(choices), services.from(choices), checks.from(choices));
    }

    private static <T> List<T> distinct(List<T> values, Function<T, Object> key) {
        Set<Object> seen = new HashSet<>();
        return values.stream().filter(value -> seen.add(key.apply(value))).toList();
    }

    private static Generator<DesiredPod> asked() {
        Generator<String> who = anyOf("web", "api", "db", "ghost", "stranger");
        Generator<Placement> placements = anyOf(Placement.values());
        Generator<Source> sources = choices -> {
            String app = who.from(choices);
            return Shop.from(
                    app,
                    Map.of("app", app),
                    app.equals("stranger") ? Source.Liveness.SYNTHETIC : Source.Liveness.LIVE,
                    placements.from(choices));
        };
        Generator<String> apps = anyOf(APPS.toArray(String[]::new));
        Generator<Integer> ports = integers(8079, 8081);
        Generator<Destination> destinations = oneOf(
                anyOf("web", "api", "db", "nothing").map(Shop::to),
                choices -> Shop.to(
                        new Target.Pods(Shop.NAMESPACE, Map.of("app", apps.from(choices))),
                        Optional.of(new PortRef.Number(ports.from(choices))),
                        Protocol.TCP),
                anyOf("example.com", "example.org")
                        .map(host ->
                                Shop.to(new Target.Host(host), Optional.of(new PortRef.Number(443)), Protocol.TCP)));
        Generator<Expectation> expectations = anyOf(Expectation.values());
        return choices -> new DesiredPod(sources.from(choices), expectations.from(choices), destinations.from(choices));
    }
}
