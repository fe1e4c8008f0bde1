package dev.netproof.kube;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The last part of the names that netproof gives: a hash of everything that makes the object netproof's, and of a random number that is
 * known to nobody before the object is there. Who may write labels and annotations cannot change a name, and so cannot make a foreign
 * object look like one of netproof's, nor move a deadline. See docs/adr/0018.
 */
final class Seal {
    static final int LENGTH = 16;

    private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";
    private static final int SALT_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Seal() {}

    /** A new random number, in hexadecimal digits. */
    static String salt() {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return HexFormat.of().formatHex(salt);
    }

    /** Whether a seal may look like this. */
    static boolean isOne(String text) {
        return text.length() == LENGTH && text.chars().allMatch(letter -> LETTERS.indexOf(letter) >= 0);
    }

    /**
     * @param namespace empty for what is in none
     * @param stem the name before its last dash
     */
    static String of(
            String kind, String namespace, String stem, String role, String run, String deadline, String salt) {
        StringBuilder sealed = new StringBuilder();
        for (String part : new String[] {kind, namespace, stem, role, run, deadline, salt}) {
            // With its length, so that no two lists of parts read the same.
            sealed.append(part.length()).append(':').append(part);
        }
        BigInteger number = new BigInteger(1, digest(sealed.toString()));
        BigInteger base = BigInteger.valueOf(LETTERS.length());
        StringBuilder seal = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            seal.append(LETTERS.charAt(number.mod(base).intValue()));
            number = number.divide(base);
        }
        return seal.toString();
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
