package dev.netproof.model;

/** An internet protocol, known by the addresses it has. */
public enum Family {
    IPV4("IPv4"),
    IPV6("IPv6");

    private final String word;

    Family(String word) {
        this.word = word;
    }

    /** The family of an address. */
    public static Family of(String ip) {
        return ip.contains(":") ? IPV6 : IPV4;
    }

    /** What people call it, and what they write in a matrix. */
    public String word() {
        return word;
    }

    /** The other one. */
    public Family other() {
        return this == IPV4 ? IPV6 : IPV4;
    }
}
