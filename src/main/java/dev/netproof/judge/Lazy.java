package dev.netproof.judge;

import java.util.Optional;
import java.util.function.Supplier;

/** A value that is computed when it is first asked for, and then kept. Used by one thread. */
final class Lazy<T> {
    private final Supplier<T> source;
    private Optional<T> value = Optional.empty();

    Lazy(Supplier<T> source) {
        this.source = source;
    }

    static <T> Lazy<T> of(T value) {
        return new Lazy<>(() -> value);
    }

    T get() {
        if (value.isEmpty()) {
            value = Optional.of(source.get());
        }
        return value.get();
    }
}
