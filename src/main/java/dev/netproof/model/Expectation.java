package dev.netproof.model;

/** What a check says should happen. */
public enum Expectation {
    /** The connection opens, from the first ready backend to the last. */
    ALLOW,
    /** The connection is stopped, in whatever manner the engine stops it. */
    DENY,
    /** The connection is stopped by silence: packets are dropped. */
    DROP,
    /** The connection is stopped by an answer: a TCP reset or an ICMP error. */
    REJECT;

    /** Whether this is one of the ways to say "must not connect". */
    public boolean forbids() {
        return this != ALLOW;
    }

    /** How a sentence ends that has this as its expectation: "storefront → postgres is denied". */
    public String participle() {
        return switch (this) {
            case ALLOW -> "allowed";
            case DENY -> "denied";
            case DROP -> "dropped";
            case REJECT -> "rejected";
        };
    }

    /** The word that people write in a matrix. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
