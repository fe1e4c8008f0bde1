package dev.netproof.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A credential plugin, run when a credential is needed and none is remembered that still holds.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins">client-go
 *     credential plugins</a>
 */
final class ExecPlugin implements Credentials {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration MARGIN = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * The kubeconfig's exec section.
     *
     * @param folder what a command with a slash in it is relative to
     * @param cluster what the plugin is told of the cluster, where it asks for that
     */
    record Settings(
            String user,
            String apiVersion,
            String command,
            List<String> arguments,
            Map<String, String> environment,
            Optional<String> installHint,
            Path folder,
            Optional<Map<String, Object>> cluster) {}

    private record Remembered(
            Optional<String> token, Optional<ClientCertificate> certificate, Optional<Instant> expires) {}

    private final Settings settings;
    private final Clock clock;
    private @Nullable Remembered remembered;

    ExecPlugin(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public Optional<String> authorization() {
        return current().token().map(token -> "Bearer " + token);
    }

    @Override
    public Optional<ClientCertificate> certificate() {
        return current().certificate();
    }

    /** Has the plugin run again at the next question. */
    synchronized void forget() {
        remembered = null;
    }

    private synchronized Remembered current() {
        Remembered known = remembered;
        if (known == null
                || known.expires()
                        .filter(expiry -> !clock.instant().isBefore(expiry.minus(MARGIN)))
                        .isPresent()) {
            known = read(run());
            remembered = known;
        }
        return known;
    }

    private String run() {
        List<String> command = new ArrayList<>();
        boolean path = settings.command().contains(File.separator);
        command.add(
                path ? settings.folder().resolve(settings.command()).normalize().toString() : settings.command());
        command.addAll(settings.arguments());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                // A plugin that would ask a person has nobody to ask here.
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().putAll(settings.environment());
        builder.environment().put("KUBERNETES_EXEC_INFO", info());
        try {
            Process process = builder.start();
            byte[] output = process.getInputStream().readAllBytes();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw trouble("did not end within " + PATIENCE.toSeconds() + " s", null);
            }
            if (process.exitValue() != 0) {
                throw trouble("ended with " + process.exitValue(), null);
            }
            return new String(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw trouble("cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw trouble("was interrupted", e);
        }
    }

    private String info() {
        ObjectNode info = JSON.createObjectNode();
        info.put("apiVersion", settings.apiVersion()).put("kind", "ExecCredential");
        ObjectNode spec = info.putObject("spec").put("interactive", false);
        settings.cluster().ifPresent(cluster -> spec.set("cluster", JSON.valueToTree(cluster)));
        return info.toString();
    }

    private Remembered read(String output) {
        JsonNode status;
        try {
            status = JSON.readTree(output).path("status");
        } catch (JsonProcessingException e) {
            throw trouble("wrote something that is not JSON", e);
        }
        Optional<String> token = text(status, "token");
        Optional<ClientCertificate> certificate = text(status, "clientCertificateData")
                .flatMap(pem -> text(status, "clientKeyData")
                        .map(key -> ClientCertificate.of(pem, key, "the plugin " + settings.command())));
        if (token.isEmpty() && certificate.isEmpty()) {
            throw trouble("gave neither a token nor a certificate", null);
        }
        try {
            return new Remembered(
                    token, certificate, text(status, "expirationTimestamp").map(Instant::parse));
        } catch (DateTimeParseException e) {
            throw trouble("gave an expiry that is no time", e);
        }
    }

    private static Optional<String> text(JsonNode node, String field) {
        return Optional.of(node.path(field).asText("")).filter(value -> !value.isEmpty());
    }

    private ClusterTrouble trouble(String what, @Nullable Throwable cause) {
        String problem = "the credential plugin " + settings.command() + " of user " + settings.user() + " " + what;
        String fix = settings.installHint()
                .orElse("install it or log in, until this works: " + settings.command() + " "
                        + String.join(" ", settings.arguments()));
        return cause == null ? new ClusterTrouble(problem, fix) : new ClusterTrouble(problem, fix, cause);
    }
}
