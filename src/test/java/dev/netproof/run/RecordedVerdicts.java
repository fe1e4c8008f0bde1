package dev.netproof.run;

import static dev.netproof.model.Outcome.CONNECTED;
import static dev.netproof.model.Outcome.L7_DENIED;
import static dev.netproof.model.Outcome.REFUSED;
import static dev.netproof.model.Outcome.TIMEOUT;
import static dev.netproof.plan.Shop.from;
import static dev.netproof.plan.Shop.stranger;
import static dev.netproof.plan.Shop.to;

import dev.netproof.inmemory.InMemoryCluster;
import dev.netproof.inmemory.InMemoryCluster.Network;
import dev.netproof.judge.ConvergenceTerms;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Expectation;
import dev.netproof.model.Matrix;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Report;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.plan.ClusterFacts.Readiness;
import dev.netproof.plan.Shop;
import java.time.Duration;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * For each reason the verdict of a real run on the in-memory cluster. Reports of tests are rendered with these, so that goldens and
 * samples hold no sentence that a run does not print.
 */
public final class RecordedVerdicts {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Map<Reason, Verdict> VERDICTS = new EnumMap<>(Reason.class);

    /** The catalog may reach postgres, nobody else may; everybody may reach everything else. */
    private static final Network ENFORCED = t -> t.port() == 5432 && !t.from("catalog") ? TIMEOUT : CONNECTED;

    private RecordedVerdicts() {}

    /** The verdict of a run that ends with this reason. */
    public static synchronized Verdict of(Reason reason) {
        return VERDICTS.computeIfAbsent(reason, RecordedVerdicts::recorded);
    }

    private static Verdict recorded(Reason reason) {
        Shop shop = Shop.withNodes("node-1", "node-2")
                .pod("storefront", "10.0.1.1", "node-1", 8080)
                .pod("catalog", "10.0.1.2", "node-1", 8080)
                .pod("postgres", "10.0.2.5", "node-2", 5432)
                .service("catalog", "10.96.0.2", 80, 8080)
                .service("postgres", "10.96.0.5", 5432, 5432);
        return switch (reason) {
            case CONNECTED -> run(reason, shop.allow(from("catalog"), to("postgres")), ENFORCED);
            case DENIED -> run(reason, proved(shop).deny(from("storefront"), to("postgres")), ENFORCED);
            case OPEN -> run(reason, shop.deny(from("storefront"), to("postgres")), t -> CONNECTED);
            case BLOCKED -> run(reason, proved(shop).allow(from("storefront"), to("postgres")), ENFORCED);
            case NAME_NOT_RESOLVED ->
                run(
                        reason,
                        new InMemoryCluster(proved(shop).allow(from("storefront"), to("catalog")), t -> CONNECTED)
                                .resolving(
                                        (probe, name, round) -> probe.labels().containsValue("catalog")
                                                ? Optional.of("203.0.113.7")
                                                : Optional.empty()),
                        shop,
                        LONG);
            case WRONG_MANNER ->
                run(
                        reason,
                        proved(shop).check(from("storefront"), Expectation.DROP, to("postgres")),
                        t -> t.port() == 5432 && !t.from("catalog") ? REFUSED : CONNECTED);
            case WRONG_RESPONSE ->
                run(
                        reason,
                        shop.allow(
                                from("storefront"),
                                to(
                                        new Target.Service(Shop.NAMESPACE, "catalog"),
                                        Optional.of(new PortRef.Number(80)),
                                        Protocol.HTTP)),
                        t -> L7_DENIED);
            case EXCEPTION_EXPIRED ->
                run(
                        reason,
                        shop.check(
                                from("storefront"),
                                Expectation.ALLOW,
                                to("postgres"),
                                Check.Origin.EXCEPTION,
                                Optional.of(new Check.Terms(
                                        "provider cut-over",
                                        "orders-team",
                                        Optional.of("PAY-1"),
                                        LocalDate.parse("2025-10-31")))),
                        ENFORCED);
            case NO_CONTROL -> run(reason, shop.deny(stranger(), to("postgres")), ENFORCED);
            case UNSETTLED ->
                run(
                        reason,
                        proved(shop).allow(from("storefront"), to("postgres")),
                        t -> t.port() == 5432 && !t.from("catalog") && t.round() % 2 == 0 ? TIMEOUT : CONNECTED);
            case TARGET_CHANGED ->
                run(
                        reason,
                        new InMemoryCluster(proved(shop).deny(from("storefront"), to("postgres")), ENFORCED)
                                .afterwards(
                                        Shop.withNodes("node-1", "node-2").pod("catalog", "10.0.1.2", "node-1", 8080)),
                        shop,
                        LONG);
            case NO_DESTINATION -> run(reason, shop.deny(from("storefront"), to("postgras")), ENFORCED);
            case NO_BACKEND ->
                run(
                        reason,
                        shop.pod("redis", "10.0.2.6", "node-2", Readiness.NOT_READY, List.of(), Shop.port(6379))
                                .service("redis", "10.96.0.6", 6379, 6379)
                                .deny(from("storefront"), to("redis")),
                        ENFORCED);
            case NO_SUCH_SOURCE -> run(reason, proved(shop).deny(from("storefrnot"), to("postgres")), ENFORCED);
            case PROBE_FAILED ->
                run(
                        reason,
                        new InMemoryCluster(shop.deny(from("storefront"), to("postgres")), ENFORCED)
                                .neverStarting("storefront", "the image cannot be pulled (ImagePullBackOff)"),
                        shop,
                        LONG);
            case PROBE_CHANGED ->
                run(
                        reason,
                        new InMemoryCluster(proved(shop).deny(from("storefront"), to("postgres")), ENFORCED)
                                .changing("storefront", "the container istio-proxy was added"),
                        shop,
                        LONG);
            case PROBE_UNRELIABLE ->
                run(
                        reason,
                        new InMemoryCluster(proved(shop).deny(from("storefront"), to("postgres")), ENFORCED)
                                .starvedFor(Duration.ofSeconds(100)),
                        shop,
                        LONG);
            case NOT_SUPPORTED ->
                run(
                        reason,
                        shop.hostPod("agent", "192.0.2.11", "node-1", 9101).deny(from("agent"), to("postgres")),
                        ENFORCED);
            case OUT_OF_TIME ->
                run(
                        reason,
                        new InMemoryCluster(shop.deny(from("storefront"), to("postgres")), ENFORCED),
                        shop,
                        Duration.ofSeconds(4));
            case NOT_SELECTED -> notSelected(shop);
        };
    }

    /** With a source that shows that postgres is alive. */
    private static Shop proved(Shop shop) {
        return shop.allow(from("catalog"), to("postgres"));
    }

    private static Verdict notSelected(Shop shop) {
        Shop all = proved(shop).deny(from("storefront"), to("postgres"));
        Matrix whole = all.matrices().get(0);
        List<Matrix> asked = List.of(new Matrix(
                whole.name(), whole.owner(), whole.sha256(), whole.checks().subList(0, 1), whole.location()));
        InMemoryCluster cluster = new InMemoryCluster(all, ENFORCED);
        return only(Reason.NOT_SELECTED, LeftOut.named(runner(cluster, LONG).run(asked), asked, all.matrices()));
    }

    private static Verdict run(Reason reason, Shop shop, Network network) {
        return run(reason, new InMemoryCluster(shop, network), shop, LONG);
    }

    private static Verdict run(Reason reason, InMemoryCluster cluster, Shop shop, Duration timeout) {
        return only(reason, runner(cluster, timeout).run(shop.matrices()));
    }

    private static Runner runner(InMemoryCluster cluster, Duration timeout) {
        return new Runner(
                cluster,
                new RunTerms(
                        "test", Shop.terms(), ConvergenceTerms.DEFAULT, timeout, Duration.ofSeconds(3), Images.DEFAULT),
                Progress.NONE,
                cluster.clock(),
                Canary.NONE);
    }

    private static Verdict only(Reason reason, Report report) {
        return report.results().stream()
                .map(CheckResult::verdict)
                .filter(verdict -> verdict.reason() == reason)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no run ends with " + reason + ", but with "
                        + report.results().stream().map(CheckResult::verdict).toList()));
    }
}
