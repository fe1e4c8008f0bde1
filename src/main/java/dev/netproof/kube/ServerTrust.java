package dev.netproof.kube;

import dev.netproof.kube.Connection.Trust;
import dev.netproof.kube.Connection.Verification;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Judges the API server's certificate by what the kubeconfig says: trusting its authorities alone, and, where it has a
 * tls-server-name, wanting that name instead of the URL's host, which the JDK's HTTP client has no setting for.
 */
final class ServerTrust extends X509ExtendedTrustManager {
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    private final Optional<X509TrustManager> authorities;
    private final Optional<String> serverName;

    private ServerTrust(Optional<X509TrustManager> authorities, Optional<String> serverName) {
        this.authorities = authorities;
        this.serverName = serverName;
    }

    static TrustManager of(Trust trust) {
        if (trust.verification() == Verification.NONE) {
            return new ServerTrust(Optional.empty(), Optional.empty());
        }
        X509TrustManager authorities = authorities(trust.authorities());
        return trust.serverName().isEmpty()
                ? authorities
                : new ServerTrust(Optional.of(authorities), trust.serverName());
    }

    private static X509TrustManager authorities(Optional<String> pem) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(pem.isPresent() ? store(pem.get()) : null);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager found) {
                    return found;
                }
            }
            throw new GeneralSecurityException("the JVM has no X.509 trust manager");
        } catch (GeneralSecurityException | IOException e) {
            throw new ClusterTrouble(
                    "the cluster's certificate authority cannot be used: " + e.getMessage(),
                    "check certificate-authority in the kubeconfig",
                    e);
        }
    }

    private static KeyStore store(String pem) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        List<X509Certificate> certificates = ClientCertificate.certificates(pem, "the cluster's certificate authority");
        if (certificates.isEmpty()) {
            throw new CertificateException("it holds no certificate");
        }
        for (int i = 0; i < certificates.size(); i++) {
            store.setCertificateEntry("ca" + i, certificates.get(i));
        }
        return store;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String algorithm) throws CertificateException {
        if (authorities.isPresent()) {
            authorities.get().checkServerTrusted(chain, algorithm);
        }
        if (serverName.isPresent() && !hasName(chain[0], serverName.get())) {
            throw new CertificateException("No name matching " + serverName.get() + " found");
        }
    }

    private static boolean hasName(X509Certificate certificate, String wanted) throws CertificateException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        return names != null
                && names.stream()
                        .filter(name ->
                                name.get(0).equals(DNS_NAME) || name.get(0).equals(IP_ADDRESS))
                        .map(name -> name.get(1).toString().toLowerCase(Locale.ROOT))
                        .anyMatch(name -> matches(name, wanted.toLowerCase(Locale.ROOT)));
    }

    private static boolean matches(String pattern, String name) {
        int dot = name.indexOf('.');
        return pattern.equals(name)
                || (pattern.startsWith("*.") && dot > 0 && name.substring(dot).equals(pattern.substring(1)));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String algorithm, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, algorithm);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String algorithm, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, algorithm);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String algorithm) throws CertificateException {
        throw new CertificateException("not a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String algorithm, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, algorithm);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String algorithm, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, algorithm);
    }

    @Override
    public X509Certificate @Nullable [] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
