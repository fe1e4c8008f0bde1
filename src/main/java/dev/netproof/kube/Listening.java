package dev.netproof.kube;

import dev.netproof.evidence.ProbeEvent.Answer;
import dev.netproof.evidence.ProbeEvent.Answered;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Backend;
import io.fabric8.kubernetes.client.PortForward;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.pollinterval.FixedPollInterval;

/**
 * Asks through the API server's port-forward whether a pod's port has a listener, without sending it a byte. A port-forward says
 * only that a port is dead, and nothing when it is alive; so that silence means something, a second one goes to a port of the same
 * pod where nobody listens: once that one was refused, the first would have been too.
 */
final class Listening {
    /** tcpmux: nobody has listened there for decades. */
    private static final int DEAD_PORT = 1;

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration POLL = Duration.ofMillis(10);
    private static final Duration MARGIN = Duration.ofMillis(250);

    private final ApiServer server;
    private final Clock clock;

    Listening(ApiServer server, Clock clock) {
        this.server = server;
        this.clock = clock;
    }

    Answered ask(Backend backend) {
        if (backend.pod().isEmpty() || backend.transport() != Protocol.TCP || backend.port() == DEAD_PORT) {
            return answered(backend, Answer.UNKNOWN, "a port-forward reaches TCP ports of pods only");
        }
        Backend.TargetPod target = backend.pod().get();
        PodResource pod = server.client().pods().inNamespace(target.namespace()).withName(target.name());
        Ear ear = new Ear();
        long begun = System.nanoTime();
        try (PortForward asked = pod.portForward(backend.port(), null, ear);
                PortForward dead = pod.portForward(DEAD_PORT, null, new Ear())) {
            if (!within(PATIENCE, () -> ear.heard() || asked.errorOccurred() || dead.errorOccurred())) {
                return answered(backend, Answer.UNKNOWN, "no answer within " + PATIENCE.toSeconds() + " s");
            }
            if (ear.heard()) {
                return answered(backend, Answer.LISTENING, "the server spoke first");
            }
            if (!asked.errorOccurred() && !outlives(pod, asked, ear)) {
                return answered(backend, Answer.UNKNOWN, "the API server is too slow to tell silence from a refusal");
            }
            Duration taken = Duration.ofNanos(System.nanoTime() - begun).multipliedBy(2);
            within(taken.compareTo(MARGIN) > 0 ? taken : MARGIN, () -> ear.heard() || asked.errorOccurred());
            if (asked.errorOccurred() && !ear.heard()) {
                return refused(backend, target, asked);
            }
            return reason(dead).filter(Listening::isRefusal).isPresent() || ear.heard()
                    ? answered(backend, Answer.LISTENING, "accepted; port " + DEAD_PORT + " was refused meanwhile")
                    : answered(
                            backend,
                            Answer.UNKNOWN,
                            "neither accepted nor refused: " + reason(dead).orElse("no answer"));
        } catch (java.io.IOException | RuntimeException e) {
            return answered(backend, Answer.UNKNOWN, ApiServer.message(e));
        }
    }

    /**
     * Waits until a question asked later at the dead port was refused, too: on a busy API server or node a refusal can be overtaken by
     * another one that was asked for at the same time.
     */
    private static boolean outlives(PodResource pod, PortForward asked, Ear ear) {
        try (PortForward later = pod.portForward(DEAD_PORT, null, new Ear())) {
            return within(PATIENCE, () -> ear.heard() || asked.errorOccurred() || later.errorOccurred());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Answered refused(Backend backend, Backend.TargetPod target, PortForward asked) {
        int code = asked.getServerThrowables().stream()
                .mapToInt(Listening::code)
                .max()
                .orElse(0);
        if (code == ApiServer.FORBIDDEN) {
            return answered(
                    backend,
                    Answer.UNKNOWN,
                    "not permitted: create pods/portforward in namespace " + target.namespace());
        }
        String why = reason(asked).orElse("the port-forward failed");
        return answered(backend, isRefusal(why) ? Answer.SILENT : Answer.UNKNOWN, why);
    }

    private static int code(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof WebSocketHandshakeException handshake) {
                return handshake.getResponse().code();
            }
        }
        return ApiServer.code(failure);
    }

    private static Optional<String> reason(PortForward forward) {
        return forward.getServerThrowables().stream()
                .findFirst()
                .map(ApiServer::message)
                .map(text -> text.strip().replaceAll("\\s+", " "));
    }

    private static boolean isRefusal(String why) {
        return why.toLowerCase(Locale.ROOT).contains("connection refused");
    }

    private Answered answered(Backend backend, Answer answer, String detail) {
        return new Answered(clock.instant(), backend, answer, detail);
    }

    private static boolean within(Duration time, Callable<Boolean> condition) {
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(FixedPollInterval.fixed(POLL))
                    .atMost(time)
                    .until(condition);
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }

    /** Notes that something was said, and forgets it. */
    private static final class Ear implements WritableByteChannel {
        private final AtomicBoolean heard = new AtomicBoolean();

        boolean heard() {
            return heard.get();
        }

        @Override
        public int write(ByteBuffer source) {
            int length = source.remaining();
            source.position(source.limit());
            if (length > 0) {
                heard.set(true);
            }
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
