package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.netproof.live.EngineHistory.Engine;
import dev.netproof.live.LiveCluster.Started;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** What takes too long for every day: engines that are switched at random moments, and the end of what was killed. */
@EnabledIfSystemProperty(named = "netproof.full", matches = "true")
@Isolated("the engine is everybody's")
@Timeout(value = 45, unit = TimeUnit.MINUTES)
final class EnforcementStressIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("stress");

    private static final int RUNS = Integer.getInteger("netproof.stress.runs", 20);
    private static final long SEED = Long.getLong("netproof.stress.seed", System.nanoTime());
    private static final List<String> STATES = List.of("on", "off", "reject", "broken");

    /** A basic check on an engine that is off takes about as long. */
    private static final int LONGEST_SECONDS = 40;

    @AfterEach
    void engineOn() {
        if (Lab.here()) {
            Lab.engine("on");
        }
        Checked.nothingStays(LIVE);
    }

    @Test
    void an_engine_that_is_switched_at_random_moments_makes_no_verdict_wrong() throws InterruptedException {
        Lab.needed("an engine that can be switched");
        say("seed " + SEED + " (-Dnetproof.stress.seed), " + RUNS + " runs");
        Random random = new Random(SEED);
        List<String> wrong = new ArrayList<>();
        Set<Engine> proven = EnumSet.noneOf(Engine.class);
        for (int run = 1; run <= RUNS; run++) {
            EngineHistory history = new EngineHistory();
            history.turn(any(random, STATES), EngineHistory.NODES);
            ScheduledExecutorService switches = Executors.newSingleThreadScheduledExecutor();
            List<Future<?>> planned = new ArrayList<>();
            int times = random.nextInt(4);
            for (int i = 0; i < times; i++) {
                String state = any(random, STATES);
                List<String> nodes = switch (random.nextInt(3)) {
                    case 0 -> EngineHistory.NODES;
                    case 1 -> List.of("node1");
                    default -> List.of("node2");
                };
                int moment = random.nextInt(LONGEST_SECONDS * 1_000);
                planned.add(switches.schedule(() -> history.turn(state, nodes), moment, TimeUnit.MILLISECONDS));
            }
            Checked checked = Checked.by(LIVE);
            planned.forEach(one -> one.cancel(false));
            switches.shutdown();
            assertThat(switches.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
            String told =
                    "run " + run + ": " + checked.verdict() + " " + checked.rows("default-deny") + ", engine" + history;
            say(told);
            lies(checked, history)
                    .forEach(lie ->
                            wrong.add(told + System.lineSeparator() + lie + System.lineSeparator() + checked.out()));
            proven.addAll(proven(checked));
        }
        assertThat(wrong).as("seed %d", SEED).isEmpty();
        assertThat(proven).as("it is never undecided alone").containsExactlyInAnyOrder(Engine.values());
    }

    private static String any(Random random, List<String> states) {
        return states.get(random.nextInt(states.size()));
    }

    private static void say(String what) {
        System.err.println("stress: " + what);
    }

    private static Set<Engine> proven(Checked checked) {
        Set<Engine> proven = EnumSet.noneOf(Engine.class);
        checked.rows().forEach(row -> {
            switch (row.path("status").asText()) {
                case "ENFORCED" -> proven.add(Engine.ENFORCES);
                case "NOT_ENFORCED" -> proven.add(Engine.ENFORCES_NOTHING);
                default -> {}
            }
        });
        return proven;
    }

    /** Where a verdict claims of a window what was not so throughout it, by the log of what was switched. */
    private static List<String> lies(Checked checked, EngineHistory history) {
        List<String> lies = new ArrayList<>();
        for (JsonNode row : checked.rows()) {
            String node = row.path("node").asText();
            String status = row.path("status").asText();
            List<JsonNode> denied = StreamSupport.stream(row.path("edges").spliterator(), false)
                    .filter(edge -> edge.path("expected").asText().equals("DENY"))
                    .map(edge -> last(edge.at("/path/history")))
                    .filter(judged -> !judged.isMissingNode())
                    .toList();
            // What goes from node to node passes both engines, and either may stop it: a row is judged while all its
            // paths are shut.
            Instant shut = denied.stream()
                    .map(judged -> Instant.parse(judged.path("first").asText()))
                    .max(Comparator.naturalOrder())
                    .orElse(Instant.MIN);
            for (JsonNode judged : denied) {
                Instant from = Instant.parse(judged.path("first").asText());
                Instant to = Instant.parse(judged.path("last").asText());
                boolean connected = judged.path("outcome").asText().equals("CONNECTED");
                String claim = node + " " + row.path("direction").asText() + " " + status + ", judged by "
                        + judged.path("outcome").asText() + " from " + from + " to " + to + ", all of it from " + shut;
                if (status.equals("ENFORCED") && (connected || history.was(Engine.ENFORCES_NOTHING, node, shut, to))) {
                    lies.add(claim);
                }
                if (status.equals("NOT_ENFORCED") && connected && history.was(Engine.ENFORCES, node, from, to)) {
                    lies.add(claim);
                }
            }
        }
        boolean all = checked.rows().stream()
                .allMatch(row -> row.path("status").asText().equals(checked.verdict()));
        if (!all && (checked.verdict().equals("ENFORCED") || checked.first().contains("nothing enforces"))) {
            lies.add(checked.first() + " is not what every row says");
        }
        Instant started = Instant.parse(checked.report().path("started").asText());
        Instant finished = Instant.parse(checked.report().path("finished").asText());
        if (history.stoodStill(started, finished)) {
            long enforcing = EngineHistory.NODES.stream()
                    .filter(node -> history.was(Engine.ENFORCES, node, started, finished))
                    .count();
            String truth = enforcing == 2 ? "ENFORCED" : enforcing == 1 ? "PARTIAL" : "NOT_ENFORCED";
            if (!List.of(truth, "INCONCLUSIVE").contains(checked.verdict())) {
                lies.add(checked.verdict() + " where nothing was switched and it is " + truth);
            }
        }
        return lies;
    }

    private static JsonNode last(JsonNode history) {
        return history.path(history.size() - 1);
    }

    @Test
    void what_was_killed_in_a_namespace_of_its_own_ends_by_its_deadline_and_is_cleaned_up()
            throws InterruptedException {
        Started own = LIVE.begin("enforcement", "--timeout=45s");
        Started elsewhere = LIVE.begin("enforcement", "--timeout=45s", "--namespace=" + LIVE.namespace());
        Awaitility.await("policies of both")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> Checked.policies(LIVE)
                                .map(one -> one.getMetadata().getNamespace())
                                .distinct()
                                .count()
                        == 2);
        for (Started one : List.of(own, elsewhere)) {
            one.process().destroyForcibly();
            assertThat(one.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
        Awaitility.await("the end of all their pods")
                .atMost(Duration.ofSeconds(140))
                .pollInterval(Duration.ofSeconds(1))
                .until(() ->
                        LIVE.client().pods().inAnyNamespace().withLabel(LiveCluster.ROLE).list().getItems().stream()
                                .noneMatch(EnforcementStressIT::runs));
        assertThat(Checked.policies(LIVE)).isNotEmpty();
        assertThat(LIVE.command("clean").exit()).isZero();
        Checked.nothingStays(LIVE);
        Checked.nothingIsLeft(LIVE);
        assertThat(LIVE.client()
                        .services()
                        .inAnyNamespace()
                        .withLabel(LiveCluster.ROLE)
                        .list()
                        .getItems())
                .extracting(HasMetadata::getMetadata)
                .isEmpty();
    }

    private static boolean runs(Pod pod) {
        return "Running".equals(pod.getStatus().getPhase());
    }
}
