package dev.netproof.model;

import java.time.LocalDate;
import java.util.Optional;
import java.util.SortedSet;

/**
 * One source, one destination, one expectation, with a reason.
 *
 * @param matrix the name of its matrix
 * @param because why the expectation holds, in the owner's words
 * @param exception the terms of the exception that this check is, or guards
 */
public record Check(
        String matrix,
        Source source,
        Destination destination,
        Expectation expectation,
        Optional<String> because,
        SortedSet<String> tags,
        Origin origin,
        Optional<Terms> exception,
        Location location) {

    /** Where a check comes from. */
    public enum Origin {
        CHECKS,
        GRID,
        EXCEPTION,
        /** Added by netproof: that an exception does not allow more than it says. */
        GUARD
    }

    /**
     * The terms of an exception: a temporary hole is a dated, owned fact.
     *
     * @param expires the last day on which it holds
     */
    public record Terms(String because, String owner, Optional<String> ticket, LocalDate expires) {}

    /**
     * Stable under edits elsewhere in the file: the pair alone. An exception says so, because once it has expired it stands
     * beside the check that it was to replace.
     */
    public String id() {
        String pair = source.name() + " → " + target();
        return origin == Origin.EXCEPTION ? pair + " (exception)" : pair;
    }

    /** The destination with its port, unless the name says it already, as a reference with a colon does: {@code postgres:5432}. */
    public String target() {
        String name = destination.name();
        return destination
                .port()
                .map(Object::toString)
                .filter(port -> !name.contains(":"))
                .map(port -> name + ":" + port)
                .orElse(name);
    }

    /** The sentence that a report prints: "storefront → postgres:5432 is denied". */
    public String sentence() {
        return id() + " is " + expectation.participle();
    }
}
