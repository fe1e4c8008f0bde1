package dev.netproof.judge;

import java.time.Duration;

/**
 * How long to look before believing.
 *
 * @param stable rounds in a row that must agree
 * @param settle how long after its start a fresh pod may still be treated by rules that have not arrived
 * @param deadline how long after its start a probe is given to see what is expected
 */
public record Patience(int stable, Duration settle, Duration deadline) {
    /** What netproof uses unless told otherwise. */
    public static final Patience DEFAULT = new Patience(3, Duration.ofSeconds(5), Duration.ofSeconds(20));
}
