package dev.netproof.matrix;

import dev.netproof.model.Destination;
import dev.netproof.model.Destination.Request;
import dev.netproof.model.Identity;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Source;
import dev.netproof.model.Target;
import dev.netproof.model.WorkloadKind;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the values of {@code from} and {@code to}: a name of the matrix, or a short reference. Above 400 lines: every form of reference, with
 * the diagnostic for what is almost one.
 */
final class References {
    private static final Pattern URL_START = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://(.*)");
    private static final Pattern URL_REST =
            Pattern.compile("(?<host>\\[[^\\]]*\\]|[^:/?#\\[\\]@]*)(:(?<port>[^/?#]*))?(?<path>[/?].*)?");
    private static final Pattern USER = Pattern.compile("^[^/?#]*@");
    private static final Map<String, Protocol> SUFFIXES = Map.of(
            "tcp", Protocol.TCP,
            "udp", Protocol.UDP,
            "sctp", Protocol.SCTP,
            "http", Protocol.HTTP,
            "https", Protocol.HTTPS);

    private final Diagnostics findings;
    private final String namespace;
    private final Names<Source> sources;
    private final Names<Destination> destinations;
    private final Demand.OfDocument demand;

    /** @param namespace for references without one */
    References(
            Diagnostics findings,
            String namespace,
            Names<Source> sources,
            Names<Destination> destinations,
            Demand.OfDocument demand) {
        this.findings = findings;
        this.namespace = namespace;
        this.sources = sources;
        this.destinations = destinations;
        this.demand = demand;
    }

    /** What a reference begins with, as kubectl has it: {@code deploy}, {@code deployment}, {@code deployment.apps}. */
    enum Kind {
        DEPLOYMENT("deploy", Optional.of(WorkloadKind.DEPLOYMENT), KubernetesNames.SUBDOMAIN),
        STATEFUL_SET("sts", Optional.of(WorkloadKind.STATEFUL_SET), KubernetesNames.SUBDOMAIN),
        DAEMON_SET("ds", Optional.of(WorkloadKind.DAEMON_SET), KubernetesNames.SUBDOMAIN),
        JOB("job", Optional.of(WorkloadKind.JOB), KubernetesNames.SUBDOMAIN),
        CRON_JOB("cronjob", Optional.of(WorkloadKind.CRON_JOB), KubernetesNames.SUBDOMAIN),
        POD("pod", Optional.empty(), KubernetesNames.SUBDOMAIN),
        SERVICE("svc", Optional.empty(), KubernetesNames.LABEL);

        /** How netproof writes it, whatever the user wrote. */
        private final String shortest;

        private final Optional<WorkloadKind> workload;
        private final KubernetesNames names;

        Kind(String shortest, Optional<WorkloadKind> workload, KubernetesNames names) {
            this.shortest = shortest;
            this.workload = workload;
            this.names = names;
        }

        static Optional<Kind> of(String word) {
            return switch (word) {
                case "deploy", "deployment", "deployments", "deployment.apps" -> Optional.of(DEPLOYMENT);
                case "sts", "statefulset", "statefulsets", "statefulset.apps" -> Optional.of(STATEFUL_SET);
                case "ds", "daemonset", "daemonsets", "daemonset.apps" -> Optional.of(DAEMON_SET);
                case "job", "jobs", "job.batch" -> Optional.of(JOB);
                case "cronjob", "cronjobs", "cronjob.batch", "cj" -> Optional.of(CRON_JOB);
                case "pod", "po", "pods" -> Optional.of(POD);
                case "svc", "service", "services" -> Optional.of(SERVICE);
                default -> Optional.empty();
            };
        }

        /** Whether its pods are gone as soon as their work is done, so that nobody can connect to them at any time. */
        boolean isOfBatch() {
            return this == JOB || this == CRON_JOB;
        }
    }

    /** {@code [namespace/]kind/name}, parsed. */
    private record Named(Optional<String> namespace, Kind kind, String name) {
        String written() {
            return namespace.map(prefix -> prefix + "/").orElse("") + kind.shortest + "/" + name;
        }
    }

    Optional<Source> source(Text text) {
        Optional<Source> source = identified(text);
        source.ifPresent(used -> demand.use(used, text.span()));
        return source;
    }

    private Optional<Source> identified(Text text) {
        String reference = text.value();
        if (isTooLong(text)) {
            return Optional.empty();
        }
        if (sources.contains(reference)) {
            return sources.use(reference);
        }
        if (reference.indexOf('/') < 0) {
            findings.add(
                    text.span(),
                    () -> destinations.contains(reference)
                            ? Problems.destinationAsSource(reference)
                            : Problems.unknownSource(reference, sources.all()));
            return Optional.empty();
        }
        if (URL_START.matcher(reference).matches() || reference.startsWith("ip/")) {
            findings.add(text.span(), Problems.addressAsSource(reference));
            return Optional.empty();
        }
        int colon = reference.indexOf(':');
        Optional<Named> named = named(new Text(text.span(), colon < 0 ? reference : reference.substring(0, colon)));
        if (named.isEmpty()) {
            return Optional.empty();
        }
        Named workload = named.get();
        if (workload.kind() == Kind.SERVICE) {
            findings.add(text.span(), Problems.serviceAsSource(reference, workload.name()));
            return Optional.empty();
        }
        if (colon >= 0) {
            findings.add(text.part(colon, reference.length() - colon), Problems.sourceWithPort(workload.written()));
            return Optional.empty();
        }
        return Optional.of(new Source(
                workload.written(),
                workload.namespace().orElse(namespace),
                workload.kind()
                        .workload
                        .<Identity>map(kind -> new Identity.Workload(kind, workload.name()))
                        .orElseGet(() -> new Identity.ExistingPod(workload.name())),
                Optional.empty(),
                Source.Liveness.LIVE,
                Placement.ANY,
                findings.file().location(text.span())));
    }

    Optional<Destination> destination(Text text) {
        Optional<Destination> destination = understood(text);
        destination.ifPresent(used -> demand.use(used, text.span()));
        return destination;
    }

    private Optional<Destination> understood(Text text) {
        String reference = text.value();
        if (isTooLong(text)) {
            return Optional.empty();
        }
        if (destinations.contains(reference)) {
            return destinations.use(reference);
        }
        Matcher url = URL_START.matcher(reference);
        if (url.matches()) {
            return url(text, Optional.empty());
        }
        if (reference.startsWith("ip/")) {
            return ip(text);
        }
        int colon = reference.indexOf(':');
        String head = colon < 0 ? reference : reference.substring(0, colon);
        if (head.indexOf('/') >= 0) {
            return inCluster(text, head, colon);
        }
        if (head.indexOf('.') >= 0) {
            return host(text, head, colon);
        }
        findings.add(
                text.span(),
                () -> sources.contains(head)
                        ? Problems.sourceAsDestination(head)
                        : destinations.contains(head)
                                ? Problems.namedDestinationWithPort(head)
                                : Problems.unknownDestination(head, destinations.all()));
        return Optional.empty();
    }

    /** In a list it was refused before; a word of a grid can be as long as the file. */
    private boolean isTooLong(Text text) {
        if (text.value().length() <= Fields.LONGEST_TEXT) {
            return false;
        }
        findings.add(text.span(), Problems.textTooLong("this word", text.value().length(), Fields.LONGEST_TEXT));
        return true;
    }

    /** {@code deploy/x}, as the value of a source's key. */
    Optional<Identity.Workload> sourceWorkload(Text text) {
        Optional<WorkloadKind> kind = kindOfWorkload(text).flatMap(known -> known.workload);
        if (kind.isEmpty()) {
            findings.add(text.span(), Problems.noSourceWorkload(text.value()));
            return Optional.empty();
        }
        return workload(text, kind.get());
    }

    /** {@code deploy/x}, as the value of a destination's key. */
    Optional<Identity.Workload> targetWorkload(Text text) {
        Optional<Kind> kind = kindOfWorkload(text);
        if (kind.filter(Kind::isOfBatch).isPresent()) {
            findings.add(text.span(), Problems.jobAsDestination(text.value()));
            return Optional.empty();
        }
        Optional<WorkloadKind> workload = kind.flatMap(known -> known.workload);
        if (workload.isEmpty()) {
            findings.add(text.span(), Problems.noWorkload(text.value()));
            return Optional.empty();
        }
        return workload(text, workload.get());
    }

    private static Optional<Kind> kindOfWorkload(Text text) {
        String[] parts = text.value().split("/", -1);
        return parts.length == 2 ? Kind.of(parts[0]) : Optional.empty();
    }

    private Optional<Identity.Workload> workload(Text text, WorkloadKind kind) {
        String[] parts = text.value().split("/", -1);
        return check(
                        text.part(parts[0].length() + 1, parts[1].length()),
                        kind.kind(),
                        parts[1],
                        KubernetesNames.SUBDOMAIN)
                .map(name -> new Identity.Workload(kind, name));
    }

    Optional<Destination> url(Text text, Optional<Integer> status) {
        return url(text, text.value(), status);
    }

    Optional<Destination> url(Text text, String name, Optional<Integer> status) {
        Matcher url = URL_START.matcher(text.value());
        if (!url.matches()) {
            findings.add(text.span(), Problems.badUrl(text.value(), "it does not begin with http:// or https://"));
            return Optional.empty();
        }
        Optional<Protocol> protocol = switch (url.group(1).toLowerCase(Locale.ROOT)) {
            case "http" -> Optional.of(Protocol.HTTP);
            case "https" -> Optional.of(Protocol.HTTPS);
            default -> Optional.empty();
        };
        Matcher rest = URL_REST.matcher(url.group(2));
        if (protocol.isEmpty()) {
            findings.add(text.part(0, url.group(1).length()), Problems.urlScheme(url.group(1)));
            return Optional.empty();
        }
        if (USER.matcher(url.group(2)).find()) {
            findings.add(text.part(url.start(2), url.group(2).indexOf('@') + 1), Problems.urlWithUser());
            return Optional.empty();
        }
        if (!rest.matches()) {
            findings.add(
                    text.span(),
                    Problems.badUrl(text.value(), "it may have a host, a port, a path and a query, and nothing else"));
            return Optional.empty();
        }
        if (!Addresses.isRequestPath(Optional.ofNullable(rest.group("path")).orElse("/"))) {
            findings.add(
                    text.span(),
                    Problems.badUrl(
                            text.value(), "its path has characters that must be written as %XX, or a fragment"));
            return Optional.empty();
        }
        int hostAt = url.start(2);
        String host = Optional.ofNullable(rest.group("host")).orElse("");
        Optional<Target> target = Addresses.isIpLiteral(host)
                ? ipTarget(text, host, hostAt)
                : host.indexOf('.') < 0
                        ? refuse(text.part(hostAt, host.length()), Problems.urlHostWithoutDot(host, protocol.get()))
                        : hostTarget(text, host, hostAt);
        int standard = protocol.get() == Protocol.HTTP ? 80 : 443;
        Optional<PortRef> port = Optional.ofNullable(rest.group("port"))
                .map(written ->
                        Ports.number(findings, text.part(hostAt + rest.start("port"), written.length()), written))
                .orElse(Optional.of(new PortRef.Number(standard)));
        if (target.isEmpty() || port.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> path = Optional.ofNullable(rest.group("path"))
                .map(written -> written.startsWith("?") ? "/" + written : written);
        return Optional.of(new Destination(
                name,
                target.get(),
                port,
                protocol.get(),
                new Request(path, status, Optional.empty()),
                findings.file().location(text.span())));
    }

    private Optional<Destination> inCluster(Text text, String head, int colon) {
        Optional<Named> found = named(new Text(text.part(0, head.length()), head));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Named named = found.get();
        if (named.kind().isOfBatch()) {
            findings.add(text.part(0, head.length()), Problems.jobAsDestination(named.written()));
            return Optional.empty();
        }
        Optional<PortAndProtocol> port = portAndProtocol(
                text, colon, named.kind() == Kind.SERVICE ? KubernetesNames.LABEL : KubernetesNames.CONTAINER_PORT);
        if (colon >= 0 && port.isEmpty()) {
            return Optional.empty();
        }
        if (port.isEmpty() && named.kind() != Kind.SERVICE) {
            findings.add(text.span(), Problems.workloadWithoutPort(named.written(), named.name()));
            return Optional.empty();
        }
        String space = named.namespace().orElse(namespace);
        Target target = named.kind() == Kind.SERVICE
                ? new Target.Service(space, named.name())
                : named.kind()
                        .workload
                        .<Target>map(kind -> new Target.Workload(space, kind, named.name()))
                        .orElseGet(() -> new Target.Pod(space, named.name()));
        return Optional.of(destination(text, named.written(), target, port));
    }

    private Optional<Destination> host(Text text, String head, int colon) {
        String reference = text.value();
        if (Addresses.isIpLiteral(head)) {
            findings.add(text.span(), Problems.ipWithoutPrefix(reference));
            return Optional.empty();
        }
        Optional<Target> target = hostTarget(text, head, 0);
        if (colon < 0) {
            findings.add(text.span(), Problems.hostWithoutPort(head));
            return Optional.empty();
        }
        Optional<PortAndProtocol> port = portAndProtocol(text, colon, KubernetesNames.CONTAINER_PORT);
        return port.isEmpty() ? Optional.empty() : target.map(host -> destination(text, head, host, port));
    }

    private Optional<Destination> ip(Text text) {
        String rest = text.value().substring(3);
        int end;
        if (rest.startsWith("[")) {
            int close = rest.indexOf(']');
            end = close < 0 ? rest.length() : close + 1;
        } else if (rest.indexOf(':') != rest.lastIndexOf(':')) {
            findings.add(text.part(3, rest.length()), Problems.ipv6WithoutBrackets(rest));
            return Optional.empty();
        } else {
            end = rest.indexOf(':') < 0 ? rest.length() : rest.indexOf(':');
        }
        Optional<Target> target = ipTarget(text, rest.substring(0, end), 3);
        if (target.isEmpty()) {
            return Optional.empty();
        }
        if (end == rest.length()) {
            findings.add(text.span(), Problems.ipWithoutPort(text.value()));
            return Optional.empty();
        }
        if (rest.charAt(end) != ':') {
            findings.add(text.part(3, rest.length()), Problems.badIp(rest));
            return Optional.empty();
        }
        Optional<PortAndProtocol> port = portAndProtocol(text, 3 + end, KubernetesNames.CONTAINER_PORT);
        return port.isEmpty()
                ? Optional.empty()
                : Optional.of(destination(text, "ip/" + rest.substring(0, end), target.get(), port));
    }

    private Destination destination(Text text, String written, Target target, Optional<PortAndProtocol> port) {
        Protocol protocol = port.map(PortAndProtocol::protocol).orElse(Protocol.TCP);
        return new Destination(
                written + port.map(PortAndProtocol::written).orElse(""),
                target,
                port.map(PortAndProtocol::port),
                protocol,
                Request.NONE,
                findings.file().location(text.span()));
    }

    private record PortAndProtocol(PortRef port, Protocol protocol) {
        String written() {
            return ":" + port
                    + (protocol == Protocol.TCP ? "" : "/" + protocol.name().toLowerCase(Locale.ROOT));
        }
    }

    /** {@code :53/udp}; nothing is reported where there is no colon. */
    private Optional<PortAndProtocol> portAndProtocol(Text text, int colon, KubernetesNames names) {
        if (colon < 0) {
            return Optional.empty();
        }
        String port = text.value().substring(colon + 1);
        Optional<Protocol> protocol = Optional.of(Protocol.TCP);
        int slash = port.indexOf('/');
        if (slash >= 0) {
            String suffix = port.substring(slash + 1);
            port = port.substring(0, slash);
            protocol = Optional.ofNullable(SUFFIXES.get(suffix.toLowerCase(Locale.ROOT)));
            if (protocol.isEmpty()) {
                findings.add(text.part(colon + slash + 2, suffix.length()), Problems.unknownSuffix(suffix));
            }
        }
        Optional<PortRef> known = Ports.numberOrName(findings, text.part(colon + 1, port.length()), port, names);
        return known.isEmpty() || protocol.isEmpty()
                ? Optional.empty()
                : Optional.of(new PortAndProtocol(known.get(), protocol.get()));
    }

    private Optional<Named> named(Text text) {
        String[] parts = text.value().split("/", -1);
        int kindAt = parts.length == 3 ? 1 : 0;
        Optional<Kind> kind = parts.length == 2 || parts.length == 3 ? Kind.of(parts[kindAt]) : Optional.empty();
        if (kind.isEmpty()) {
            findings.add(text.span(), Problems.unknownKind(text.value()));
            return Optional.empty();
        }
        int nameOffset = text.value().lastIndexOf('/') + 1;
        Optional<String> name = check(
                text.part(nameOffset, parts[kindAt + 1].length()),
                kind.get() == Kind.SERVICE
                        ? "Service"
                        : kind.get().workload.map(WorkloadKind::kind).orElse("pod"),
                parts[kindAt + 1],
                kind.get().names);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> prefix = Optional.empty();
        if (kindAt == 1) {
            prefix = check(text.part(0, parts[0].length()), "namespace", parts[0], KubernetesNames.LABEL);
            if (prefix.isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(new Named(prefix, kind.get(), name.get()));
    }

    private Optional<String> check(Span span, String what, String name, KubernetesNames rule) {
        if (rule.accepts(name)) {
            return Optional.of(name);
        }
        findings.add(span, Problems.badName(what, name, rule));
        return Optional.empty();
    }

    Optional<Target> hostTarget(Text text, String host, int offset) {
        if (Addresses.isHost(host)) {
            return Optional.of(new Target.Host(host.toLowerCase(Locale.ROOT)));
        }
        return refuse(text.part(offset, host.length()), Problems.badHost(host));
    }

    Optional<Target> ipTarget(Text text, String literal, int offset) {
        if (literal.indexOf('/') >= 0) {
            return refuse(text.part(offset, literal.length()), Problems.ipRange(literal));
        }
        Optional<String> address = Addresses.ip(literal);
        if (address.isPresent()) {
            return Optional.of(new Target.Ip(address.get()));
        }
        return refuse(text.part(offset, literal.length()), Problems.badIp(literal));
    }

    private Optional<Target> refuse(Span span, Problem problem) {
        findings.add(span, problem);
        return Optional.empty();
    }
}
