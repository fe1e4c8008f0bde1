package dev.netproof.kube;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A private key from PEM, of whatever algorithm and envelope: the PKCS#8 label does not name the algorithm, and the JDK reads
 * no other envelope, so that PKCS#1 (RSA) and SEC 1 (elliptic curves) are put into PKCS#8 first (RFC 5208, RFC 5915).
 */
final class PemKey {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");
    private static final byte[] RSA_ALGORITHM = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };
    private static final byte[] EC_OID = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int PARAMETERS = 0xa0;

    private PemKey() {}

    /**
     * @param what how messages name the key
     */
    static PrivateKey parse(String pem, String what) {
        Map<String, byte[]> blocks = blocks(pem, what);
        try {
            byte[] pkcs8 = blocks.get("PRIVATE KEY");
            byte[] pkcs1 = blocks.get("RSA PRIVATE KEY");
            byte[] sec1 = blocks.get("EC PRIVATE KEY");
            if (pkcs8 != null) {
                return anyAlgorithm(pkcs8, what);
            }
            if (pkcs1 != null) {
                return anyAlgorithm(sequence(VERSION_0, RSA_ALGORITHM, element(OCTET_STRING, pkcs1)), what);
            }
            if (sec1 != null) {
                byte[] curve = curve(sec1, blocks.getOrDefault("EC PARAMETERS", new byte[0]));
                return anyAlgorithm(sequence(VERSION_0, sequence(EC_OID, curve), element(OCTET_STRING, sec1)), what);
            }
        } catch (GeneralSecurityException | IndexOutOfBoundsException e) {
            throw unreadable(what);
        }
        String found = blocks.isEmpty() ? "no PEM block" : String.join(", ", blocks.keySet());
        throw new ClusterTrouble(
                what + " holds no private key that can be used, but " + found,
                blocks.containsKey("ENCRYPTED PRIVATE KEY")
                        ? "write the key without a passphrase: openssl pkey -in KEY -out PLAIN"
                        : "it must be an unencrypted RSA, elliptic-curve or Ed25519 key in PEM");
    }

    private static Map<String, byte[]> blocks(String pem, String what) {
        Map<String, byte[]> blocks = new HashMap<>();
        Matcher matcher = BLOCK.matcher(pem);
        while (matcher.find()) {
            try {
                blocks.putIfAbsent(
                        matcher.group(1),
                        Base64.getMimeDecoder().decode(matcher.group(2).strip()));
            } catch (IllegalArgumentException e) {
                throw unreadable(what);
            }
        }
        return blocks;
    }

    /** Without the cause: nobody knows what of the key it quotes. */
    private static ClusterTrouble unreadable(String what) {
        return new ClusterTrouble(
                what + " cannot be read", "it must be an unencrypted RSA, elliptic-curve or Ed25519 key in PEM");
    }

    private static PrivateKey anyAlgorithm(byte[] pkcs8, String what) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // Another algorithm's: the key says so only when it is read.
            }
        }
        throw new InvalidKeySpecException(what + " is of none of the algorithms " + ALGORITHMS);
    }

    /** The curve of a SEC 1 key: inside it, or in the PEM block that openssl writes in front. */
    private static byte[] curve(byte[] sec1, byte[] parametersBlock) throws InvalidKeySpecException {
        int[] body = content(sec1, 0);
        int at = body[0];
        while (at < body[1]) {
            int[] part = content(sec1, at);
            if ((sec1[at] & 0xff) == PARAMETERS) {
                return Arrays.copyOfRange(sec1, part[0], part[1]);
            }
            at = part[1];
        }
        if (parametersBlock.length == 0) {
            throw new InvalidKeySpecException("it does not name its curve");
        }
        return parametersBlock;
    }

    /** Where the content of the DER element at this place begins and ends. */
    private static int[] content(byte[] der, int at) {
        int length = der[at + 1] & 0xff;
        int begin = at + 2;
        if (length >= 0x80) {
            int bytes = length - 0x80;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = (length << 8) | (der[begin++] & 0xff);
            }
        }
        return new int[] {begin, begin + length};
    }

    private static byte[] sequence(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return element(SEQUENCE, all.toByteArray());
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else if (content.length < 0x100) {
            out.write(0x81);
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }
}
