package dev.netproof.evidence;

import dev.netproof.model.Family;

/** The way from one node to another, which may be the same, in one family of addresses. */
public record Route(String from, String to, Family family) {
    /** "node node1 to node node2 over IPv6". */
    public String words() {
        return "node " + from + " to node " + to + (family == Family.IPV6 ? " over IPv6" : "");
    }
}
