package dev.netproof.kube;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/** Credentials that need no plugin: a certificate, a token, a file with a token that somebody renews, or a password. */
record FixedCredentials(Supplier<Optional<String>> header, Optional<ClientCertificate> certificate)
        implements Credentials {

    static FixedCredentials of(Optional<String> header, Optional<ClientCertificate> certificate) {
        header.map(value -> value.substring(value.indexOf(' ') + 1)).ifPresent(Redaction::conceal);
        return new FixedCredentials(() -> header, certificate);
    }

    /** @param pair user and password with a colon between them */
    static FixedCredentials basic(String pair, Optional<ClientCertificate> certificate) {
        Redaction.conceal(pair.substring(pair.indexOf(':') + 1));
        return of(
                Optional.of("Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))),
                certificate);
    }

    /**
     * Reads the file again for every request, because short-lived tokens are renewed in place.
     *
     * @param user how messages name whose it is
     */
    static FixedCredentials tokenFile(Path file, String user, Optional<ClientCertificate> certificate) {
        String where = "the token file " + Redaction.path(file.toString()) + " of " + user;
        return new FixedCredentials(() -> Optional.of(Tokens.header(read(file, where), where)), certificate);
    }

    private static String read(Path file, String where) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ClusterTrouble(
                    where + (Files.exists(file) ? " cannot be read" : " does not exist"),
                    "make it readable, or choose another context with --context",
                    e);
        }
    }

    @Override
    public Optional<String> authorization() {
        return header.get();
    }
}
