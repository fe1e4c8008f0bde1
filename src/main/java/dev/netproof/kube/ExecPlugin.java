package dev.netproof.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
     * @param cluster what the plugin learns of the cluster, where it asks for that
     */
    record Settings(
            String user,
            String apiVersion,
            String command,
            List<String> arguments,
            Map<String, String> environment,
            Optional<String> installHint,
            Path folder,
            Optional<Map<String, Object>> cluster) {
        Settings {
            ExecSecrets.conceal(arguments, environment);
        }

        /** Arguments and environment may be secrets. */
        @Override
        public String toString() {
            return "credential plugin " + Redaction.path(command) + " of user " + user;
        }
    }

    private record Remembered(
            Optional<String> header, Optional<ClientCertificate> certificate, Optional<Instant> expires) {
        @Override
        public String toString() {
            return "credentials until " + expires.map(Instant::toString).orElse("the end");
        }
    }

    private final Settings settings;
    private final Clock clock;
    private final Duration patience;
    private @Nullable Remembered remembered;

    ExecPlugin(Settings settings, Clock clock) {
        this(settings, clock, PATIENCE);
    }

    /** @param patience how long the plugin may take */
    ExecPlugin(Settings settings, Clock clock, Duration patience) {
        this.settings = settings;
        this.clock = clock;
        this.patience = patience;
    }

    @Override
    public Optional<String> authorization() {
        return current().header();
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
                // A plugin that would ask a person has nobody to ask here.
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().putAll(settings.environment());
        builder.environment().put("KUBERNETES_EXEC_INFO", info());
        try {
            // Where a person reads what to do: open this page, enter that code.
            OutputStream errors = new FileOutputStream(FileDescriptor.err);
            BoundedProcess.Ended ended = new BoundedProcess(patience, errors).run(builder);
            if (ended.status() != 0) {
                throw trouble("ended with " + ended.status());
            }
            return ended.output();
        } catch (BoundedProcess.Killed e) {
            throw trouble(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw trouble("cannot be run: not found or not executable");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw trouble("was interrupted");
        }
    }

    private String info() {
        ObjectNode info = JSON.createObjectNode();
        info.put("apiVersion", settings.apiVersion()).put("kind", "ExecCredential");
        ObjectNode spec = info.putObject("spec").put("interactive", false);
        settings.cluster().ifPresent(cluster -> spec.set("cluster", JSON.valueToTree(cluster)));
        return info.toString();
    }

    /** No failure keeps its cause, which contains what the plugin wrote. */
    private Remembered read(String output) {
        JsonNode status;
        try {
            status = JSON.readTree(output).path("status");
        } catch (JsonProcessingException e) {
            throw trouble("wrote something that is not JSON");
        }
        Optional<String> header = text(status, "token").map(token -> Tokens.header(token, "the token of " + named()));
        Optional<ClientCertificate> certificate = text(status, "clientCertificateData")
                .flatMap(pem -> text(status, "clientKeyData").map(key -> ClientCertificate.of(pem, key, named())));
        if (header.isEmpty() && certificate.isEmpty()) {
            throw trouble("gave neither a token nor a certificate");
        }
        try {
            return new Remembered(
                    header, certificate, text(status, "expirationTimestamp").map(Instant::parse));
        } catch (DateTimeParseException e) {
            throw trouble("returned an invalid expiry time");
        }
    }

    private static Optional<String> text(JsonNode node, String field) {
        return Optional.of(node.path(field).asText("")).filter(value -> !value.isEmpty());
    }

    private String named() {
        return "the " + settings;
    }

    /** As kubectl does without the arguments: there may be a secret among them. */
    private ClusterTrouble trouble(String what) {
        return new ClusterTrouble(
                named() + " " + what,
                settings.installHint()
                        .orElse("install it or log in; the exec command of this user in the kubeconfig must work"));
    }
}
