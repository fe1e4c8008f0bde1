package dev.netproof.inmemory;

import dev.netproof.evidence.ProbeEvent;
import dev.netproof.inmemory.ProbeLines.Written;
import dev.netproof.kube.SessionTerms;
import dev.netproof.model.Outcome;
import dev.netproof.model.Protocol;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What the probes of a session do, round by round, as lines of their logs. */
final class ProbeRounds {
    private final InMemoryCluster cluster;
    private final VirtualTime time;
    private final EventQueue queue;
    private final SessionTerms terms;
    /** Connections that were opened once, and those of them that have ended. */
    private final Set<String> held = new HashSet<>();

    private final Set<String> ended = new HashSet<>();

    ProbeRounds(InMemoryCluster cluster, VirtualTime time, EventQueue queue, SessionTerms terms) {
        this.cluster = cluster;
        this.time = time;
        this.queue = queue;
        this.terms = terms;
    }

    void begin(ProbePod probe, Instant starts) {
        line(starts, probe, 0, ProbeLines.begin(probe, starts));
        queue.at(starts, () -> round(probe, starts, 1));
    }

    private void round(ProbePod probe, Instant started, int number) {
        Instant began = time.now();
        Duration since = Duration.between(started, began);
        double loopback = cluster.starves(probe, since) ? 0.9 : 0.0004;
        Duration longest = seconds(loopback);
        line(began.plus(longest), probe, number, ProbeLines.loopback(probe.tools(), loopback));
        for (int i = 0; i < probe.attempts().size(); i++) {
            Attempt attempt = probe.attempts().get(i);
            String id = Integer.toString(i);
            Written written = probe.tools() == ProbePod.Tools.NETSHOOT
                    ? python(probe, id, attempt, since, number)
                    : curl(probe, id, attempt, since, number);
            Instant at = began.plus(written.taken());
            written.lines().forEach(text -> line(at, probe, number, text));
            longest = written.taken().compareTo(longest) > 0 ? written.taken() : longest;
        }
        Instant over = began.plus(longest).plusMillis(1);
        line(over, probe, number, ProbeLines.end(probe, began, over));
        queue.at(began.plus(terms.pace().round()), () -> round(probe, started, number + 1));
    }

    private Written curl(ProbePod probe, String id, Attempt attempt, Duration since, int round) {
        Duration timeout = terms.connectTimeout();
        if (attempt instanceof Attempt.ByName name) {
            Optional<String> ip = cluster.resolve(probe, name, round);
            if (ip.isEmpty()) {
                return ProbeLines.unresolved(id, name.name());
            }
            Outcome outcome = cluster.outcome(new Try(probe, ip.get(), name.port(), since, round), Protocol.TCP);
            return ProbeLines.connection(id, ip.get(), name.port(), outcome, 0.002, 0, timeout);
        }
        if (attempt instanceof Attempt.Lookup lookup) {
            return cluster.resolve(probe, lookup, round).isPresent()
                    ? ProbeLines.resolved(id)
                    : ProbeLines.unresolved(id, lookup.name());
        }
        if (attempt instanceof Attempt.Connect connect) {
            Outcome outcome = cluster.outcome(new Try(probe, connect.ip(), connect.port(), since, round), Protocol.TCP);
            return ProbeLines.connection(id, connect.ip(), connect.port(), outcome, 0, 0, timeout);
        }
        if (attempt instanceof Attempt.Http http) {
            Outcome outcome = cluster.outcome(new Try(probe, http.ip(), http.port(), since, round), Protocol.TCP);
            int status = outcome == Outcome.CONNECTED ? 200 : outcome == Outcome.L7_DENIED ? 403 : 0;
            return ProbeLines.connection(id, http.ip(), http.port(), outcome, 0, status, timeout);
        }
        Attempt.DnsQuery query = (Attempt.DnsQuery) attempt;
        Outcome outcome = cluster.outcome(new Try(probe, query.ip(), query.port(), since, round), Protocol.UDP);
        return ProbeLines.query(id, query.name(), outcome, timeout);
    }

    private Written python(ProbePod probe, String id, Attempt attempt, Duration since, int round) {
        Optional<Address> found = address(probe, attempt, round);
        if (found.isEmpty()) {
            return ProbeLines.pythonUnresolved(id);
        }
        Address address = found.get();
        if (attempt instanceof Attempt.Lookup) {
            return ProbeLines.pythonResolved(id, address.ip());
        }
        Outcome fresh = cluster.outcome(new Try(probe, address.ip(), address.port(), since, round), address.protocol());
        Outcome outcome = attempt instanceof Attempt.Held ? held(probe.id() + " " + id, fresh) : fresh;
        return ProbeLines.python(id, attempt, address.ip(), outcome, terms.connectTimeout());
    }

    /** One connection that is opened once: what becomes of it where a fresh one would come to this. */
    private Outcome held(String connection, Outcome fresh) {
        if (!held.contains(connection)) {
            if (fresh == Outcome.CONNECTED) {
                held.add(connection);
            }
            return fresh;
        }
        if (fresh != Outcome.CONNECTED && !cluster.keepsEstablished()) {
            ended.add(connection);
        }
        return ended.contains(connection) ? Outcome.TIMEOUT : Outcome.CONNECTED;
    }

    private record Address(String ip, int port, Protocol protocol) {}

    private Optional<Address> address(ProbePod probe, Attempt attempt, int round) {
        if (attempt instanceof Attempt.Lookup lookup) {
            return cluster.resolve(probe, lookup, round).map(ip -> new Address(ip, 0, Protocol.TCP));
        }
        if (attempt instanceof Attempt.ByName name) {
            return cluster.resolve(probe, name, round).map(ip -> new Address(ip, name.port(), name.protocol()));
        }
        if (attempt instanceof Attempt.Connect connect) {
            return Optional.of(new Address(connect.ip(), connect.port(), Protocol.TCP));
        }
        if (attempt instanceof Attempt.Http http) {
            return Optional.of(new Address(http.ip(), http.port(), Protocol.TCP));
        }
        if (attempt instanceof Attempt.Held kept) {
            return Optional.of(new Address(kept.ip(), kept.port(), Protocol.TCP));
        }
        if (attempt instanceof Attempt.Itself itself) {
            return Optional.of(new Address(itself.ip(), itself.port(), Protocol.TCP));
        }
        if (attempt instanceof Attempt.DnsQuery query) {
            return Optional.of(new Address(query.ip(), query.port(), Protocol.UDP));
        }
        if (attempt instanceof Attempt.Udp udp) {
            return Optional.of(new Address(udp.ip(), udp.port(), Protocol.UDP));
        }
        Attempt.Sctp sctp = (Attempt.Sctp) attempt;
        return Optional.of(new Address(sctp.ip(), sctp.port(), Protocol.SCTP));
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    private void line(Instant said, ProbePod probe, int round, String text) {
        queue.tell(new ProbeEvent.Line(
                cluster.arrival(probe, said), probe.id(), terms.nonce() + " " + round + " " + text));
    }
}
