package dev.netproof.run;

import dev.netproof.model.Exit;
import java.util.Optional;

/** Whether somebody asked the run to end, from whatever thread. */
final class Interruption {
    private volatile Optional<Exit> exit = Optional.empty();

    /** The first reason is kept. */
    synchronized void raise(Exit reason) {
        if (exit.isEmpty()) {
            exit = Optional.of(reason);
        }
    }

    Optional<Exit> exit() {
        return exit;
    }
}
