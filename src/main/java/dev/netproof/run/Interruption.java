package dev.netproof.run;

import dev.netproof.model.Exit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Whether somebody asked the run to end, from whatever thread. */
final class Interruption {
    private final AtomicReference<Optional<Exit>> exit = new AtomicReference<>(Optional.empty());

    void raise(Exit reason) {
        exit.compareAndSet(Optional.empty(), Optional.of(reason));
    }

    Optional<Exit> exit() {
        return exit.get();
    }
}
