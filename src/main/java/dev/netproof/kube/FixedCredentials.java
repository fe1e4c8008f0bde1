package dev.netproof.kube;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Credentials that need no plugin: a certificate, a token, a file with a token that somebody renews, or a password. */
record FixedCredentials(Supplier<Optional<String>> header, Optional<ClientCertificate> certificate)
        implements Credentials {

    static FixedCredentials of(Optional<String> header, Optional<ClientCertificate> certificate) {
        return new FixedCredentials(() -> header, certificate);
    }

    /** Reads the file again for every request, because short-lived tokens are renewed in place. */
    static FixedCredentials tokenFile(Path file, Optional<ClientCertificate> certificate) {
        return new FixedCredentials(() -> Optional.of("Bearer " + read(file)), certificate);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new ClusterTrouble(
                    "the token file " + file + " cannot be read: " + e.getMessage(),
                    "make it readable, or choose another context with --context",
                    e);
        }
    }

    @Override
    public Optional<String> authorization() {
        return header.get();
    }
}
