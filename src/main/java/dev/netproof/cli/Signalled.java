package dev.netproof.cli;

import dev.netproof.model.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Holds up the end of the process, when a signal asks for it, until what runs has removed its pods and written its reports. */
final class Signalled {
    /** What runs, to its exit code. */
    interface Work {
        int exit() throws IOException;
    }

    private Signalled() {}

    /** @param interrupt ends the work early, from whatever thread; told what the process will exit with */
    static int during(Work work, Consumer<Exit> interrupt, Duration patience, PrintWriter err) throws IOException {
        CountDownLatch done = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> cleanUp(interrupt, done, patience, err), "clean-up"));
        try {
            return work.exit();
        } finally {
            done.countDown();
        }
    }

    private static void cleanUp(Consumer<Exit> interrupt, CountDownLatch done, Duration patience, PrintWriter err) {
        interrupt.accept(Signals.exit());
        try {
            if (!done.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                err.println("netproof: could not remove everything in time; run netproof clean");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
