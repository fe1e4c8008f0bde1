package dev.netproof.model;

import java.util.Optional;

/**
 * One way from a source's probe to a destination: what one attempt of every round tries.
 *
 * @param sourcePod the probe pod's name, once it has one
 * @param sourceNode the node it runs on, once it does
 * @param address the IP address, or the name for a look-up
 * @param port the number on the wire: a Service port for the VIP, the pod's own port otherwise; 0 for a look-up
 * @param targetPod the pod behind the address, where it is one
 * @param targetNode the node that pod runs on
 */
public record Path(
        Kind kind,
        Optional<String> sourcePod,
        Optional<String> sourceNode,
        String address,
        int port,
        Optional<String> targetPod,
        Optional<String> targetNode) {

    /** What stands at the far end. */
    public enum Kind {
        /** The destination's name, asked of the probe's own resolver. */
        LOOKUP,
        /** A Service's virtual address. */
        VIP,
        /** A pod, by its own address. */
        POD,
        /** An address outside the cluster's pods and Services. */
        ADDRESS
    }

    /** The far end as a person writes it: {@code 10.244.1.7:8080}, {@code [fd00::7]:8080}. */
    public String endpoint() {
        if (kind == Kind.LOOKUP) {
            return address;
        }
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
    }
}
