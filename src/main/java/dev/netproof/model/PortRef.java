package dev.netproof.model;

/** A port by number or by name. */
public sealed interface PortRef {
    /** @param value 1 to 65535 */
    record Number(int value) implements PortRef {
        @Override
        public String toString() {
            return Integer.toString(value);
        }
    }

    /** @param value an IANA_SVC_NAME as Kubernetes has it in Service and container ports */
    record Name(String value) implements PortRef {
        @Override
        public String toString() {
            return value;
        }
    }
}
