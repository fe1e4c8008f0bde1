package dev.netproof.kube;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Which HTTP proxy lies before an API server: the kubeconfig's, else the environment's, by the rules that kubectl has from Go. */
final class Proxies {
    private Proxies() {}

    static Optional<URI> find(URI server, Optional<String> configured, Map<String, String> environment) {
        if (configured.isPresent()) {
            return Optional.of(parse(configured.get(), "proxy-url in the kubeconfig"));
        }
        String variable = "https".equals(server.getScheme()) ? "HTTPS_PROXY" : "HTTP_PROXY";
        String host = bare(server);
        if (host.equals("localhost")
                || address(host).filter(InetAddress::isLoopbackAddress).isPresent()) {
            return Optional.empty();
        }
        if (Arrays.stream(value(environment, "NO_PROXY").orElse("").split(","))
                .map(String::strip)
                .filter(rule -> !rule.isEmpty())
                .anyMatch(rule -> exempts(rule, host, server.getPort()))) {
            return Optional.empty();
        }
        return value(environment, variable).map(proxy -> parse(proxy, variable));
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .or(() -> Optional.ofNullable(environment.get(name.toLowerCase(Locale.ROOT))))
                .filter(value -> !value.isBlank());
    }

    private static URI parse(String proxy, String where) {
        try {
            URI uri = new URI(proxy.contains("://") ? proxy : "http://" + proxy);
            Optional.ofNullable(uri.getUserInfo())
                    .map(pair -> pair.substring(pair.indexOf(':') + 1))
                    .ifPresent(Redaction::conceal);
            if (uri.getScheme() != null && !"http".equals(uri.getScheme())) {
                throw new ClusterTrouble(
                        where + " uses " + uri.getScheme() + "://: only HTTP proxies are supported",
                        "use one whose URL begins with http://");
            }
            if (uri.getHost() == null) {
                throw noUrl(where);
            }
            return uri.getPort() >= 0 ? uri : new URI("http", uri.getUserInfo(), uri.getHost(), 80, null, null, null);
        } catch (URISyntaxException e) {
            throw noUrl(where);
        }
    }

    /** Without the text and without the parser's words, which repeat it: there may be a password in it. */
    private static ClusterTrouble noUrl(String where) {
        return new ClusterTrouble(where + " is not a URL", "write it as http://host:port");
    }

    /** How a proxy is named to people: without who signs in there. */
    static String named(URI proxy) {
        return "proxy http://" + proxy.getHost() + ":" + proxy.getPort();
    }

    private static boolean exempts(String rule, String host, int port) {
        if (rule.equals("*")) {
            return true;
        }
        int slash = rule.indexOf('/');
        if (slash >= 0) {
            return inRange(rule.substring(0, slash), rule.substring(slash + 1), host);
        }
        String name = rule.endsWith(":" + port) ? rule.substring(0, rule.lastIndexOf(':')) : rule;
        String suffix = name.startsWith("*") ? name.substring(1) : name;
        return suffix.startsWith(".") ? host.endsWith(suffix) : host.equals(suffix) || host.endsWith("." + suffix);
    }

    private static boolean inRange(String network, String bits, String host) {
        Optional<InetAddress> base = address(network);
        Optional<InetAddress> address = address(host);
        if (base.isEmpty() || address.isEmpty()) {
            return false;
        }
        byte[] left = base.get().getAddress();
        byte[] right = address.get().getAddress();
        try {
            int shift = left.length * 8 - Integer.parseInt(bits);
            return left.length == right.length
                    && new BigInteger(1, left).shiftRight(shift).equals(new BigInteger(1, right).shiftRight(shift));
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Parses an address; a name is never looked up. */
    private static Optional<InetAddress> address(String text) {
        if (!text.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static String bare(URI server) {
        return server.getHost().replaceAll("[\\[\\]]", "").toLowerCase(Locale.ROOT);
    }
}
