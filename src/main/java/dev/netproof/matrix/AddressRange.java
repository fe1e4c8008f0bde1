package dev.netproof.matrix;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** An address, or all those whose first bits are the same: 10.0.0.0/8. */
final class AddressRange {
    private static final Pattern SHAPE = Pattern.compile("[0-9]++(?:\\.[0-9]++)++(?:/.*+)?|\\[?[0-9A-Fa-f.]*+:.*+");
    private static final Pattern BITS = Pattern.compile("0|[1-9][0-9]{0,2}");

    private final byte[] address;
    private final int bits;

    private AddressRange(byte[] address, int bits) {
        this.address = address;
        this.bits = bits;
    }

    /** Whether it can be meant as nothing else. */
    static boolean looksLikeOne(String written) {
        return SHAPE.matcher(written).matches();
    }

    /** @throws IllegalArgumentException if it is none; the message says why */
    static AddressRange of(String written) {
        int slash = written.indexOf('/');
        String literal = slash < 0 ? written : written.substring(0, slash);
        byte[] address = Addresses.ip(literal)
                .flatMap(AddressRange::bytes)
                .orElseThrow(() -> new IllegalArgumentException(
                        Problems.quote(written) + " is neither an IP address nor a CIDR range"));
        int longest = address.length * Byte.SIZE;
        String length = slash < 0 ? Integer.toString(longest) : written.substring(slash + 1);
        if (!BITS.matcher(length).matches() || Integer.parseInt(length) > longest) {
            throw new IllegalArgumentException(
                    Problems.quote(written) + " is not a CIDR range: the prefix length must be 0 to " + longest);
        }
        return new AddressRange(address, Integer.parseInt(length));
    }

    /** @param literal an address in its text form, without brackets */
    boolean contains(String literal) {
        return bytes(literal).filter(this::contains).isPresent();
    }

    private boolean contains(byte[] other) {
        if (other.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % Byte.SIZE);
            if (((address[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /** An IPv4 address that is written as an IPv6 one is the IPv4 address that it leads to. */
    private static Optional<byte[]> bytes(String literal) {
        try {
            // Never looked up: it is an address, which the caller has made sure of.
            return Optional.of(InetAddress.getByName(literal).getAddress());
        } catch (UnknownHostException noAddress) {
            return Optional.empty();
        }
    }
}
