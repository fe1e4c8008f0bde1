package dev.netproof.model;

/** What ended an attempt that failed, as the probe's kernel tells it: raw evidence, before anybody judges it. */
public sealed interface Cause {
    /** The evidence as a person reads it. */
    String words();

    /**
     * An ICMP message, of ICMPv6 if the sender's address is an IPv6 one.
     *
     * @param sender the address that it came from, after whatever address translation was on its way
     * @see <a href="https://www.iana.org/assignments/icmp-parameters">ICMP types</a>
     * @see <a href="https://www.iana.org/assignments/icmpv6-parameters">ICMPv6 types</a>
     */
    record Icmp(int type, int code, String sender) implements Cause {
        private static final int V4_UNREACHABLE = 3;
        private static final int V6_UNREACHABLE = 1;

        private boolean v6() {
            return sender.contains(":");
        }

        /** What the message says, in the words of iptables. */
        public String meaning() {
            if (v6() && type == V6_UNREACHABLE) {
                return switch (code) {
                    case 0 -> "no-route";
                    case 1 -> "admin-prohibited";
                    case 3 -> "address-unreachable";
                    case 4 -> "port-unreachable";
                    case 5 -> "policy-fail";
                    case 6 -> "reject-route";
                    default -> "unreachable (code " + code + ")";
                };
            }
            if (!v6() && type == V4_UNREACHABLE) {
                return switch (code) {
                    case 0 -> "net-unreachable";
                    case 1 -> "host-unreachable";
                    case 2 -> "protocol-unreachable";
                    case 3 -> "port-unreachable";
                    case 9 -> "net-prohibited";
                    case 10 -> "host-prohibited";
                    case 13 -> "admin-prohibited";
                    default -> "unreachable (code " + code + ")";
                };
            }
            return "type " + type + " code " + code;
        }

        /** Whether the message says of itself that somebody forbids the traffic. */
        public boolean prohibits() {
            return v6()
                    ? type == V6_UNREACHABLE && (code == 1 || code == 5)
                    : type == V4_UNREACHABLE && (code == 9 || code == 10 || code == 13);
        }

        /** Whether the message says that nobody listens on the port. */
        public boolean portUnreachable() {
            return v6() ? type == V6_UNREACHABLE && code == 4 : type == V4_UNREACHABLE && code == 3;
        }

        @Override
        public String words() {
            return "ICMP" + (v6() ? "v6 " : " ") + meaning() + " from " + sender;
        }
    }

    /** A TCP reset, and no ICMP message. It has the target's address, even if a filter sent it. */
    record Reset() implements Cause {
        @Override
        public String words() {
            return "TCP reset";
        }
    }

    /**
     * The probe's own kernel, without a message from the network.
     *
     * @param error the error's name in errno.h: ENETUNREACH for no route, EPERM for a rule on the way out of the pod
     */
    record OwnKernel(String error) implements Cause {
        @Override
        public String words() {
            return "the probe's own kernel, " + error;
        }
    }

    /** The probe's kernel has not got the protocol. */
    record NoProtocol() implements Cause {
        @Override
        public String words() {
            return "the probe's own kernel, which has no such protocol";
        }
    }
}
