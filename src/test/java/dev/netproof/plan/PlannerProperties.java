package dev.netproof.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Check;
import dev.netproof.model.Expectation;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Source;
import dev.netproof.model.Target;
import dev.netproof.plan.ClusterFacts.Readiness;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is in the cluster and in the matrix: nothing that was asked is left out, and nothing is tried twice. */
class PlannerProperties {
    private static final List<String> APPS = List.of("web", "api", "db");

    @Property
    void everyCheckIsAnsweredOrTried(@ForAll("shops") Shop shop) {
        Plan plan = shop.plan();
        List<Check> asked = shop.matrices().get(0).checks();

        assertThat(plan.checks()).extracting(PlannedCheck::check).containsExactlyElementsOf(asked);
        assertThat(plan.checks())
                .allSatisfy(check -> assertThat(check.foregone().isPresent())
                        .isEqualTo(check.legs().isEmpty()));
    }

    @Property
    void everyPathHasItsAttemptAndEveryAttemptIsForAPath(@ForAll("shops") Shop shop) {
        Plan plan = shop.plan();
        Map<String, ProbePod> probes = new HashMap<>();
        plan.probes().forEach(probe -> assertThat(probes.put(probe.id(), probe)).isNull());
        Set<String> used = new HashSet<>();
        for (PlannedCheck check : plan.checks()) {
            for (Leg leg : check.legs()) {
                ProbePod probe = probes.get(leg.probe());
                assertThat(probe).isNotNull();
                assertThat(leg.attempt()).isBetween(0, probe.attempts().size() - 1);
                used.add(leg.probe() + " " + leg.attempt());
            }
        }
        for (ProbePod probe : plan.probes()) {
            assertThat(probe.attempts()).isNotEmpty().doesNotHaveDuplicates();
            for (int i = 0; i < probe.attempts().size(); i++) {
                assertThat(used).contains(probe.id() + " " + i);
            }
        }
    }

    @Property
    void oneIdentityOnOneNodeIsOneProbe(@ForAll("shops") Shop shop) {
        Plan plan = shop.plan();

        assertThat(plan.probes().stream()
                        .map(probe -> List.of(probe.namespace(), probe.labels(), probe.serviceAccount(), probe.node())))
                .doesNotHaveDuplicates();
    }

    @Property
    void theSameMatrixAndClusterGiveTheSamePlan(@ForAll("shops") Shop shop) {
        assertThat(shop.plan()).isEqualTo(shop.plan());
    }

    @Property
    void aProbeIsOnlyWhereItCanRun(@ForAll("shops") Shop shop) {
        assertThat(shop.plan().probes())
                .allSatisfy(probe -> assertThat(probe.node().orElse("node-1")).isIn("node-1", "node-2"));
    }

    @Property
    void nobodysDenialIsNeverWithoutADoubt(@ForAll("shops") Shop shop) {
        for (PlannedCheck check : shop.plan().checks()) {
            if (check.check().source().name().equals("ghost")
                    && check.check().expectation().forbids()
                    && !check.legs().isEmpty()) {
                assertThat(check.doubt()).isPresent();
            }
        }
    }

    record Pod(String app, int number, String node, Readiness readiness) {}

    record Asked(Source source, Expectation expectation, dev.netproof.model.Destination destination) {}

    @Provide
    Arbitrary<Shop> shops() {
        Arbitrary<Pod> pod = Combinators.combine(
                        Arbitraries.of(APPS),
                        Arbitraries.integers().between(1, 200),
                        Arbitraries.of("node-1", "node-2"),
                        Arbitraries.frequency(
                                net.jqwik.api.Tuple.of(6, Readiness.READY),
                                net.jqwik.api.Tuple.of(1, Readiness.NOT_READY),
                                net.jqwik.api.Tuple.of(1, Readiness.GONE)))
                .as(Pod::new);
        return Combinators.combine(
                        pod.list().uniqueElements(Pod::number).ofMaxSize(8),
                        Arbitraries.of(APPS).set(),
                        asked().list()
                                .uniqueElements(one ->
                                        one.source().name() + one.destination().name())
                                .ofMaxSize(10))
                .as((pods, services, checks) -> {
                    Shop shop = Shop.withNodes("node-1", "node-2").unusableNode("node-3", "it is cordoned");
                    pods.forEach(one -> shop.pod(
                            one.app(),
                            "10.0.1." + one.number(),
                            one.node(),
                            one.readiness(),
                            List.of(),
                            Shop.port(8080)));
                    services.forEach(name -> shop.service(name, "10.96.0." + (1 + APPS.indexOf(name)), 80, 8080));
                    checks.forEach(check -> shop.check(check.source(), check.expectation(), check.destination()));
                    return shop;
                });
    }

    private static Arbitrary<Asked> asked() {
        Arbitrary<Source> source = Combinators.combine(
                        Arbitraries.of("web", "api", "db", "ghost", "stranger"), Arbitraries.of(Placement.class))
                .as((app, placement) -> Shop.from(
                        app,
                        Map.of("app", app),
                        app.equals("stranger") ? Source.Liveness.SYNTHETIC : Source.Liveness.LIVE,
                        placement));
        Arbitrary<dev.netproof.model.Destination> destination = Arbitraries.oneOf(
                Arbitraries.of("web", "api", "db", "nothing").map(Shop::to),
                Combinators.combine(Arbitraries.of(APPS), Arbitraries.integers().between(8079, 8081))
                        .as((app, port) -> Shop.to(
                                new Target.Pods(Shop.NAMESPACE, Map.of("app", app)),
                                Optional.of(new PortRef.Number(port)),
                                Protocol.TCP)),
                Arbitraries.of("example.com", "example.org")
                        .map(host ->
                                Shop.to(new Target.Host(host), Optional.of(new PortRef.Number(443)), Protocol.TCP)));
        return Combinators.combine(source, Arbitraries.of(Expectation.class), destination)
                .as(Asked::new);
    }
}
