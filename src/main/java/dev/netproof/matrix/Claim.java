package dev.netproof.matrix;

import dev.netproof.model.Check;
import dev.netproof.model.Destination;
import dev.netproof.model.Location;
import dev.netproof.model.Source;
import java.util.Optional;
import java.util.SortedSet;

/**
 * A check, and the place where its expectation is written.
 *
 * @param said where {@code allow} or {@code deny} stands
 */
record Claim(Check check, Span said) {
    private static final Location ANYWHERE = new Location("", 1, 1);

    /** What makes two claims be about the same thing, whatever they call it and wherever they stand. */
    record Pair(Source source, Destination destination) {}

    Pair pair() {
        Source source = check.source();
        Destination destination = check.destination();
        return new Pair(
                new Source(
                        "",
                        source.namespace(),
                        source.identity(),
                        source.serviceAccount(),
                        source.liveness(),
                        source.placement(),
                        ANYWHERE),
                new Destination(
                        "",
                        destination.target(),
                        destination.port(),
                        destination.protocol(),
                        destination.family(),
                        destination.request(),
                        ANYWHERE));
    }

    Claim with(Optional<String> because, SortedSet<String> tags) {
        return new Claim(
                new Check(
                        check.matrix(),
                        check.source(),
                        check.destination(),
                        check.expectation(),
                        because,
                        tags,
                        check.origin(),
                        check.exception(),
                        check.location()),
                said);
    }
}
