package dev.netproof.kube;

import dev.netproof.evidence.ProbeEvent;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One probe of a session, from its creation to its end. */
final class LiveProbe {
    private static final Logger LOG = LoggerFactory.getLogger(LiveProbe.class);
    private static final long UNSCHEDULABLE_SECONDS = 10;
    private static final long LAST_WORDS_SECONDS = 2;

    private final ApiServer server;
    private final SessionEvents events;
    private final String nonce;
    private final Set<String> unfollowed;
    private final String id;
    private final String namespace;
    private final String name;
    private final DesiredPod asked;
    private boolean started;
    private boolean changed;
    private boolean lost;
    private boolean unschedulable;
    private String node = "";
    private Instant opened = Instant.EPOCH;
    private final Reopening reopening = new Reopening();
    private PodState.@Nullable Over over;
    private @Nullable LogFollow log;

    /**
     * @param nonce begins every genuine line of its log
     * @param unfollowed nodes that end every stream at once; this adds to them
     */
    LiveProbe(String id, Pod pod, ApiServer server, SessionEvents events, String nonce, Set<String> unfollowed) {
        this.server = server;
        this.events = events;
        this.nonce = nonce;
        this.unfollowed = unfollowed;
        this.id = id;
        this.asked = new DesiredPod(pod);
        this.namespace = pod.getMetadata().getNamespace();
        this.name = pod.getMetadata().getName();
    }

    String id() {
        return id;
    }

    /** The pod as it is asked to be. */
    DesiredPod asked() {
        return asked;
    }

    String key() {
        return PodWatch.key(asked.now());
    }

    /** Another pod has its name. */
    synchronized void replaced() {
        lose(PodState.DELETED.why(), PodState.DELETED.fix());
    }

    synchronized void seen(PodState state, Pod pod) {
        if (lost) {
            return;
        }
        asked.shown(pod);
        boolean bound = pod.getSpec().getNodeName() != null;
        if (bound) {
            unschedulable = false;
        }
        if (started && !changed && state instanceof PodState.Running) {
            Optional<String> change = asked.strangeness(pod);
            if (change.isPresent()) {
                lose(
                        "the probe pod was changed while it ran: " + change.get(),
                        "find out who changes pods with the label " + NetproofLabels.ROLE);
                return;
            }
        }
        if (state instanceof PodState.Running) {
            start(pod);
        } else if (state instanceof PodState.Unschedulable none && !unschedulable) {
            unschedulable = true;
            events.later(() -> stillUnschedulable(none.message()), UNSCHEDULABLE_SECONDS * 1_000);
        } else if (state instanceof PodState.Over end) {
            if (end.spoke() == PodState.Log.NONE) {
                lose(end.why(), end.fix());
            } else if (over == null) {
                start(pod);
                over = end;
                // The log's end tells it earlier, after the last line.
                events.later(() -> lose(end.why(), end.fix()), LAST_WORDS_SECONDS * 1_000);
            }
        }
    }

    private void start(Pod pod) {
        if (started) {
            return;
        }
        started = true;
        Optional<String> change = Readback.changes(asked.now(), pod);
        changed = change.isPresent();
        node = Optional.ofNullable(pod.getSpec().getNodeName()).orElse("");
        events.emit(new ProbeEvent.Started(
                events.now(), id, name, Optional.ofNullable(pod.getSpec().getNodeName()), change, Facts.instance(pod)));
        LogFollow follow = new LogFollow(
                server.streams(),
                URI.create(server.client().getMasterUrl().toString().replaceAll("/$", "")
                        + "/api/v1/namespaces/" + namespace + "/pods/" + name + "/log?container="
                        + PodShape.CONTAINER + "&follow=true"),
                nonce,
                events::whenThereIsRoom,
                text -> events.emit(new ProbeEvent.Line(events.now(), id, text)),
                this::logEnded);
        log = follow;
        opened = events.now();
        follow.open();
    }

    private synchronized void stillUnschedulable(String message) {
        if (unschedulable) {
            lose(
                    "the scheduler finds no node for the probe pod: " + message,
                    "make room, or let the source run elsewhere (nodes, tolerations)");
        }
    }

    private synchronized void logEnded(LogFollow.End end) {
        if (lost || events.isClosed()) {
            return;
        }
        if (end.status() == ApiServer.FORBIDDEN) {
            lose(
                    "not permitted: get pods/log in namespace " + namespace,
                    "have the permission granted to \"" + server.connection().user() + "\"");
            return;
        }
        PodState.Over known = over;
        if (known != null) {
            lose(known.why(), known.fix());
            return;
        }
        Duration pause = reopening.after(end, Duration.between(opened, events.now()));
        if (reopening.isHopeless(end)) {
            lose(
                    "the probe's log cannot be followed: " + end.detail().strip(),
                    "see kubectl logs " + name + " -n " + namespace + "; the node may be lost");
            return;
        }
        if (reopening.isPolling() && unfollowed.add(node)) {
            LOG.warn(
                    "node {} does not follow logs (out of inotify instances? see its sysctl"
                            + " fs.inotify.max_user_instances): they are asked for each second, which takes more"
                            + " requests and a little longer",
                    node);
        }
        LOG.debug("log of {} ended ({} {}), opening it again", name, end.status(), end.detail());
        events.later(this::reopen, pause.toMillis());
    }

    private synchronized void reopen() {
        if (!lost && log != null) {
            opened = events.now();
            log.open();
        }
    }

    private synchronized void lose(String why, String fix) {
        if (lost) {
            return;
        }
        lost = true;
        if (log != null) {
            log.close();
        }
        events.emit(new ProbeEvent.Lost(events.now(), id, why, fix));
    }

    synchronized void silence() {
        lost = true;
        if (log != null) {
            log.close();
        }
    }
}
