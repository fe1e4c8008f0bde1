package dev.netproof.run;

import dev.netproof.enforce.EnforcementCheck;
import dev.netproof.enforce.EnforcementTerms;
import dev.netproof.enforce.LentNamespace;
import dev.netproof.enforce.NodeChoice;
import dev.netproof.kube.Cluster;
import dev.netproof.model.Circumstances;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Exit;
import dev.netproof.model.Report;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The enforcement check in its smallest form. On a thread of its own, because creating policies and judging its rows takes time that the run's probes
 * must not wait for.
 */
final class EnforcementCanary implements Canary {
    /** How long it may remove its objects after its time. */
    private static final Duration CLEAN_UP = Duration.ofSeconds(20);

    private final Cluster cluster;
    private final RunTerms terms;
    private final Clock clock;

    EnforcementCanary(Cluster cluster, RunTerms terms, Clock clock) {
        this.cluster = cluster;
        this.terms = terms;
        this.clock = clock;
    }

    @Override
    public Optional<Watch> begin(NodeChoice nodes, Duration within, Optional<LentNamespace> place) {
        EnforcementCheck check = new EnforcementCheck(
                cluster,
                new EnforcementTerms(
                        terms.tool(),
                        Profile.CANARY,
                        nodes,
                        Optional.empty(),
                        terms.convergence().stable(),
                        terms.convergence().deadline(),
                        within,
                        terms.connectTimeout(),
                        terms.images(),
                        EnforcementTerms.Besides.NOTHING,
                        place),
                step -> {},
                clock);
        FutureTask<Report> task = new FutureTask<>(check::run);
        Thread thread = new Thread(task, "canary");
        thread.setDaemon(true);
        thread.start();
        return Optional.of(
                new Looking(check, task, clock.instant(), clock.instant().plus(within)));
    }

    private final class Looking implements Watch {
        private final EnforcementCheck check;
        private final FutureTask<Report> task;
        private final Instant began;
        private final Instant end;

        private Looking(EnforcementCheck check, FutureTask<Report> task, Instant began, Instant end) {
            this.check = check;
            this.task = task;
            this.began = began;
            this.end = end;
        }

        @Override
        public Optional<Map<String, Duration>> arrivals() {
            Optional<Map<String, Duration>> known = check.arrivals();
            return task.isDone() ? known.or(() -> Optional.of(Map.of())) : known;
        }

        @Override
        public void interrupt(Exit reason) {
            check.interrupt(reason);
        }

        @Override
        public Report found() {
            Instant now = clock.instant();
            Duration left = now.isBefore(end) ? Duration.between(now, end) : Duration.ZERO;
            try {
                return task.get(left.plus(CLEAN_UP).toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                check.interrupt(Exit.INTERRUPTED);
                return nothing("it did not end in time", "netproof clean removes what it may have left");
            } catch (ExecutionException e) {
                return nothing("it failed: " + e.getCause(), "netproof enforcement says more");
            } catch (InterruptedException e) {
                check.interrupt(Exit.INTERRUPTED);
                Thread.currentThread().interrupt();
                return nothing("it was interrupted", "run it again");
            }
        }

        private Report nothing(String problem, String fix) {
            return new Report(
                    terms.tool(),
                    Optional.empty(),
                    began,
                    clock.instant(),
                    List.of(),
                    Circumstances.NONE,
                    List.of(),
                    List.of(),
                    Optional.of(new Report.Breakage(problem, fix)),
                    Report.Costs.NONE,
                    Exit.NOT_JUDGED);
        }
    }
}
