package dev.netproof.kube;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/** A TLS client certificate with its chain, the leaf first, and its key. */
record ClientCertificate(List<X509Certificate> chain, PrivateKey key) {
    ClientCertificate {
        chain = List.copyOf(chain);
    }

    /**
     * @param what how messages name where this comes from
     */
    static ClientCertificate of(String certificatePem, String keyPem, String what) {
        List<X509Certificate> chain = certificates(certificatePem, "the client certificate of " + what);
        if (chain.isEmpty()) {
            throw new ClusterTrouble(
                    "the client certificate of " + what + " holds no certificate",
                    "make the kubeconfig's client-certificate a PEM file with a CERTIFICATE block");
        }
        Redaction.conceal(keyPem);
        return new ClientCertificate(chain, PemKey.parse(keyPem, "the client key of " + what));
    }

    static List<X509Certificate> certificates(String pem, String what) {
        try {
            Collection<? extends Certificate> read = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
            return read.stream().map(X509Certificate.class::cast).toList();
        } catch (GeneralSecurityException e) {
            // What it says may quote a line of the file, which may hold a key.
            throw ClusterTrouble.withoutCause(
                    what + " cannot be read",
                    "it must hold PEM blocks (BEGIN CERTIFICATE), and each a whole certificate");
        }
    }

    /** Not the key. */
    @Override
    public String toString() {
        return "client certificate of "
                + (chain.isEmpty() ? "nobody" : commonName().orElse("somebody"));
    }

    Optional<String> commonName() {
        try {
            return new LdapName(chain.get(0).getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part ->
                                    part.getType().toUpperCase(Locale.ROOT).equals("CN"))
                            .map(part -> part.getValue().toString())
                            .findFirst();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }
}
