package dev.netproof.run;

import dev.netproof.kube.ClusterTrouble;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Asks the cluster, and waits for the answer no longer than the run lasts: not past its time and not after somebody ended it. An
 * answer that nobody waits for any more is lost with the thread that waits for it.
 */
final class DeadlineCall {
    private final Clock clock;
    private final Interruption interruption;

    DeadlineCall(Clock clock, Interruption interruption) {
        this.clock = clock;
        this.interruption = interruption;
    }

    /**
     * The answer.
     *
     * @param doing what, as "reading its namespaces", for messages
     * @throws ClusterTrouble when there is none in time
     */
    <T> T until(Instant end, String doing, Supplier<T> question) {
        Duration left = Duration.between(clock.instant(), end);
        if (left.isNegative() || left.isZero()) {
            throw late(doing);
        }
        CompletableFuture<T> answer = CompletableFuture.supplyAsync(question, DeadlineCall::start);
        try {
            CompletableFuture.anyOf(answer, interruption.raised()).get(left.toMillis(), TimeUnit.MILLISECONDS);
            if (answer.isDone()) {
                return answer.join();
            }
            throw new ClusterTrouble("the run was ended while it was " + doing, "run it again");
        } catch (TimeoutException e) {
            throw late(doing);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterTrouble("the run was ended while it was " + doing, "run it again", e);
        } catch (ExecutionException | CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new IllegalStateException("failed while it was " + doing, e);
        }
    }

    private static ClusterTrouble late(String doing) {
        return new ClusterTrouble(
                "the run's time was over while it was " + doing, "raise --timeout, or see why the API server is slow");
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "netproof-asking");
        thread.setDaemon(true);
        thread.start();
    }
}
