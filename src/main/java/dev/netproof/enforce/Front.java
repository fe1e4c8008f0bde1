package dev.netproof.enforce;

import java.util.Map;

/**
 * A Service in front of one server.
 *
 * @param ports the Service's port to the server's own
 */
record Front(Actor server, String namespace, Map<String, String> selector, Map<Integer, Integer> ports) {
    /** The Service's name. */
    String name() {
        return server.id();
    }
}
