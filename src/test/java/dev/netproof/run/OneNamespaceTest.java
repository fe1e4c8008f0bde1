package dev.netproof.run;

import static dev.netproof.model.Outcome.CONNECTED;
import static dev.netproof.model.Outcome.TIMEOUT;
import static dev.netproof.plan.Shop.from;
import static dev.netproof.plan.Shop.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.netproof.enforce.LentNamespace;
import dev.netproof.enforce.NodeChoice;
import dev.netproof.inmemory.InMemoryCluster;
import dev.netproof.inmemory.InMemoryCluster.Operation;
import dev.netproof.judge.ConvergenceTerms;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.model.Circumstances;
import dev.netproof.model.Exit;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Report;
import dev.netproof.model.Target;
import dev.netproof.plan.PlanTerms;
import dev.netproof.plan.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;

/** A run has one namespace of its own: for the canary, for witnesses and for the control of outside hosts. */
class OneNamespaceTest {
    private static final String POSTGRES = "10.0.2.5";

    private final Shop shop = Shop.withNodes("node-1", "node-2")
            .pod("storefront", "10.0.1.1", "node-1", 8080)
            .pod("postgres", POSTGRES, "node-2", 5432)
            .service("postgres", "10.96.0.5", 5432, 5432)
            .pod("web", "10.0.2.6", "node-2", 8080)
            .service("web", "10.96.0.6", 80, 8080);

    private final InMemoryCluster cluster = new InMemoryCluster(
                    shop,
                    attempt -> attempt.probe().namespace().startsWith("netproof-") || isWeb(attempt.ip())
                            ? CONNECTED
                            : TIMEOUT)
            .listening(POSTGRES, 5432);

    private final WorkingCanary canary = new WorkingCanary(cluster);
    private PlanTerms planning = Shop.terms();
    private Progress progress = Progress.NONE;

    @Test
    void the_canary_a_witness_and_the_control_of_an_outside_host_share_it() {
        needsWitness();
        needsControl();

        Report report = run();

        assertThat(report.results())
                .extracting(result ->
                        result.verdict().status() + " " + result.verdict().reason())
                .containsOnly("PASS DENIED");
        assertThat(cluster.witnesses()).isPositive();
        assertThat(report.notes())
                .anyMatch(note -> note.contains("the control for outside addresses ran in namespace"));
        assertOneThatIsGone();
        assertThat(canary.worksIn()).isEqualTo(cluster.everCreated().get(0));
    }

    @Test
    void a_canary_alone_has_it() {
        needsNothing();

        run();

        assertOneThatIsGone();
    }

    @Test
    void it_stays_until_the_canary_has_ended() {
        needsWitness();

        run();

        assertThat(canary.foundItsNamespace()).isTrue();
        assertOneThatIsGone();
    }

    @Test
    void the_canary_and_the_run_may_need_it_at_the_same_time() {
        needsWitness();
        canary.onAThreadOfItsOwn();

        run();

        assertOneThatIsGone();
    }

    @Test
    void it_is_gone_after_an_interrupted_run() {
        needsWitness();
        Runner runner = runner();
        cluster.meanwhile(() -> runner.interrupt(Exit.INTERRUPTED));

        assertThat(runner.run(shop.matrices()).exit()).isEqualTo(Exit.INTERRUPTED);

        assertThat(canary.foundItsNamespace()).isTrue();
        assertOneThatIsGone();
    }

    @Test
    void it_is_gone_after_a_canary_that_failed() {
        needsWitness();
        canary.failing("it failed: out of the blue");

        Report report = run();

        assertThat(report.notes()).anyMatch(note -> note.contains("it failed: out of the blue"));
        assertOneThatIsGone();
    }

    @Test
    void it_is_gone_after_a_run_that_broke() {
        needsWitness();
        cluster.breakingAfter(Duration.ofSeconds(3));

        assertThat(run().breakage()).isPresent();

        assertThat(canary.foundItsNamespace()).isTrue();
        assertOneThatIsGone();
    }

    @Test
    void it_is_gone_after_a_fault_of_netproof_itself_and_the_canary_ends_before() {
        needsWitness();
        progress = new Progress() {
            @Override
            public void step(String what) {
                if (what.equals("removing the probes")) {
                    throw new IllegalStateException("out of the blue");
                }
            }

            @Override
            public void decided(int decided, int total, Duration left) {}
        };

        Report report = run();

        assertThat(report.exit()).isEqualTo(Exit.NOT_JUDGED);
        assertThat(canary.foundItsNamespace()).isTrue();
        assertOneThatIsGone();
    }

    /** A request that the run does not wait for may still create it. */
    @Test
    void it_is_gone_where_the_run_is_interrupted_while_it_is_created() {
        needsWitness();
        needsControl();
        Runner runner = runner();
        cluster.whileCreatingNamespaces(() -> {
            runner.interrupt(Exit.TERMINATED);
            awaitTheRunsEnd();
        });

        assertThat(runner.run(shop.matrices()).exit()).isEqualTo(Exit.TERMINATED);

        assertOneThatIsGone();
    }

    /** It may appear once nobody removes it any more. */
    @Test
    void a_creation_that_is_not_answered_until_the_end_is_reported() {
        needsWitness();
        needsControl();
        CompletableFuture<Void> reported = new CompletableFuture<>();
        Runner runner = runner();
        cluster.whileCreatingNamespaces(() -> {
            runner.interrupt(Exit.TERMINATED);
            reported.join();
        });

        Report report = runner.run(shop.matrices());
        reported.complete(null);

        assertThat(report.notes())
                .anyMatch(note -> note.startsWith("the API server did not answer whether namespace ")
                        && note.contains("netproof clean removes it"));
    }

    @Test
    void it_is_not_created_after_its_end() {
        needsNothing();
        canary.idle();
        run();

        assertThatThrownBy(() -> canary.lent().orElseThrow().create())
                .isInstanceOf(ClusterTrouble.class)
                .hasMessage("the run is over");
        assertThat(cluster.everCreated()).isEmpty();
    }

    @Test
    void the_canary_keeps_a_namespace_of_its_own_where_a_control_namespace_is_named() {
        needsWitness();
        planning = planning.controlledFrom("netproof-given");

        run();

        assertThat(canary.lent()).isEmpty();
        assertThat(cluster.everCreated()).isEmpty();
    }

    @Test
    void the_canary_learns_why_there_is_none() {
        needsWitness();
        cluster.forbidding(Operation.CREATE_NAMESPACE);

        Report report = run();

        assertThat(report.notes())
                .anyMatch(note -> note.contains(
                        "the canary did not check whether the nodes enforce policies: forbidden: create_namespace; ask for"
                                + " the permission"))
                .anyMatch(note -> note.contains("permit it to create namespaces"));
        assertThat(cluster.isClean()).isTrue();
    }

    private static boolean isWeb(String ip) {
        return ip.equals("10.0.2.6") || ip.equals("10.96.0.6");
    }

    private void needsNothing() {
        shop.allow(from("storefront"), to("web"));
    }

    private void needsWitness() {
        shop.deny(from("storefront"), to("postgres"));
    }

    private void needsControl() {
        shop.deny(
                from("storefront"),
                to(new Target.Host("example.com"), Optional.of(new PortRef.Number(443)), Protocol.TCP));
    }

    private void assertOneThatIsGone() {
        assertThat(cluster.everCreated()).hasSize(1);
        assertThat(cluster.isClean()).as("nothing is left").isTrue();
    }

    private void awaitTheRunsEnd() {
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .atMost(Duration.ofMillis(500))
                    .pollInterval(Duration.ofMillis(10))
                    .until(cluster::isAnySessionClosed);
        } catch (ConditionTimeoutException e) {
            // It waits for the answer.
        }
    }

    private Report run() {
        return runner().run(shop.matrices());
    }

    private Runner runner() {
        return new Runner(
                cluster,
                new RunTerms(
                        "test",
                        planning,
                        ConvergenceTerms.DEFAULT,
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(3),
                        Images.DEFAULT),
                progress,
                cluster.clock(),
                canary);
    }

    /** Does with its namespace what the enforcement check does with it. */
    private static final class WorkingCanary implements Canary, Canary.Watch {
        private final InMemoryCluster cluster;
        private Optional<LentNamespace> lent = Optional.empty();
        private final AtomicReference<Optional<ClusterTrouble>> trouble = new AtomicReference<>(Optional.empty());
        private CompletableFuture<Void> work = CompletableFuture.completedFuture(null);
        private Optional<String> failure = Optional.empty();
        private boolean concurrent;
        private boolean idle;
        private boolean foundItsNamespace;

        WorkingCanary(InMemoryCluster cluster) {
            this.cluster = cluster;
        }

        void failing(String why) {
            failure = Optional.of(why);
        }

        void onAThreadOfItsOwn() {
            concurrent = true;
        }

        /** It ends before it needs a namespace. */
        void idle() {
            idle = true;
        }

        Optional<LentNamespace> lent() {
            return lent;
        }

        String worksIn() {
            return lent.orElseThrow().name();
        }

        boolean foundItsNamespace() {
            return foundItsNamespace;
        }

        @Override
        public Optional<Watch> begin(NodeChoice nodes, Duration within, Optional<LentNamespace> place) {
            lent = place;
            if (concurrent) {
                work = CompletableFuture.runAsync(this::create);
            } else if (!idle) {
                create();
            }
            return Optional.of(this);
        }

        private void create() {
            try {
                lent.ifPresent(LentNamespace::create);
            } catch (ClusterTrouble refused) {
                trouble.set(Optional.of(refused));
            }
        }

        @Override
        public void interrupt(Exit reason) {
            // It ends when it is asked what it found.
        }

        @Override
        public Report found() {
            work.join();
            foundItsNamespace = lent.filter(one -> cluster.has(one.name())).isPresent();
            return new Report(
                    "test",
                    Optional.empty(),
                    Instant.EPOCH,
                    Instant.EPOCH,
                    List.of(),
                    Circumstances.NONE,
                    List.of(),
                    Optional.empty(),
                    List.of(),
                    failure.map(why -> new Report.Breakage(why, "see"))
                            .or(() -> trouble.get()
                                    .map(known ->
                                            new Report.Breakage(String.valueOf(known.getMessage()), known.fix()))),
                    new Report.Costs(4, 0),
                    Exit.CONFORMS);
        }
    }
}
