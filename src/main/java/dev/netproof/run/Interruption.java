package dev.netproof.run;

import dev.netproof.model.Exit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Whether somebody asked the run to end, from whatever thread. */
final class Interruption {
    private final CompletableFuture<Exit> raised = new CompletableFuture<>();

    /** The first reason is kept. */
    void raise(Exit reason) {
        raised.complete(reason);
    }

    Optional<Exit> exit() {
        return Optional.ofNullable(raised.getNow(null));
    }

    /** Completes when somebody does. */
    CompletableFuture<Exit> raised() {
        return raised;
    }
}
