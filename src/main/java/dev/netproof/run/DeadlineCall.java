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
 * Sends a request to the cluster and waits for the answer, but not beyond the end of the run and not after an interruption. Each request has a
 * thread of its own; a late answer is lost with that thread.
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
     * @param doing for messages: "reading its namespaces"
     * @throws ClusterTrouble when there is no answer in time
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
            throw new ClusterTrouble("the run was ended while " + doing, "run it again");
        } catch (TimeoutException e) {
            throw late(doing);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterTrouble("the run was ended while " + doing, "run it again", e);
        } catch (ExecutionException | CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new IllegalStateException("failed while " + doing, e);
        }
    }

    private static ClusterTrouble late(String doing) {
        return new ClusterTrouble(
                "the run exceeded --timeout while " + doing, "raise --timeout, or see why the API server is slow");
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "netproof-asking");
        thread.setDaemon(true);
        thread.start();
    }
}
