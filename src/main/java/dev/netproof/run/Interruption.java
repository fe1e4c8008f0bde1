package dev.netproof.run;

import dev.netproof.model.Exit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Whether the run was asked to end early. From any thread. */
final class Interruption {
    private final CompletableFuture<Exit> raised = new CompletableFuture<>();

    /** The first reason is kept. */
    void raise(Exit reason) {
        raised.complete(reason);
    }

    Optional<Exit> exit() {
        return Optional.ofNullable(raised.getNow(null));
    }

    /** Completes with the reason. */
    CompletableFuture<Exit> raised() {
        return raised;
    }
}
