package dev.netproof.matrix;

import dev.netproof.model.Destination;
import dev.netproof.model.Destination.Request;
import dev.netproof.model.Family;
import dev.netproof.model.Identity;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Source;
import dev.netproof.model.Target;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code sources} and {@code destinations}. */
final class DefinitionReader {
    private static final List<String> PROTOCOLS =
            Arrays.stream(Protocol.values()).map(Protocol::name).toList();
    private static final List<String> FAMILIES =
            Arrays.stream(Family.values()).map(Family::word).toList();
    private static final List<String> PLACEMENTS = Arrays.stream(Placement.values())
            .map(placement -> placement.name().toLowerCase(Locale.ROOT))
            .toList();

    /** Printable text with \\xNN for bytes, short enough for one packet on any network. The JSON Schema has the same. */
    private static final Pattern DATAGRAM =
            Pattern.compile("(?=.{1,500}$)(?:[^\\\\\\p{Cntrl}]|\\\\\\\\|\\\\x[0-9a-fA-F]{2})+");

    private final Diagnostics findings;
    private final String defaultNamespace;
    /** For what a key's value has in common with a short reference; knows no names. */
    private final References references;

    DefinitionReader(Diagnostics findings, String defaultNamespace, Demand.OfDocument demand) {
        this.findings = findings;
        this.defaultNamespace = defaultNamespace;
        this.references = new References(findings, defaultNamespace, new Names<>(), new Names<>(), demand);
    }

    Names<Source> sources(Optional<YamlNode> section) {
        Names<Source> names = new Names<>();
        for (YamlNode.Entry entry : entries(section, "\"sources\"")) {
            if (isLegal(entry.key(), "source")) {
                names.put(entry.key(), source(entry.key(), entry.value()));
            }
        }
        return names;
    }

    Names<Destination> destinations(Optional<YamlNode> section) {
        Names<Destination> names = new Names<>();
        for (YamlNode.Entry entry : entries(section, "\"destinations\"")) {
            if (isLegal(entry.key(), "destination")) {
                names.put(entry.key(), destination(entry.key(), entry.value()));
            }
        }
        return names;
    }

    private List<YamlNode.Entry> entries(Optional<YamlNode> section, String what) {
        return section.flatMap(node -> Fields.mapping(findings, node, what)).stream()
                .flatMap(mapping -> mapping.entries().stream())
                .filter(entry -> !entry.key().value().equals(YamlNode.MERGE_KEY))
                .toList();
    }

    private boolean isLegal(Text name, String what) {
        if (Names.LEGAL.matcher(name.value()).matches()) {
            return true;
        }
        findings.add(name.span(), Problems.illegalName(what, name.value()));
        return false;
    }

    private Optional<Source> source(Text name, YamlNode node) {
        return Fields.of(findings, node, "a source", Keys.SOURCE).flatMap(fields -> {
            Optional<Identity> identity = identity(name, fields);
            Optional<String> namespace = namespace(fields);
            Optional<String> serviceAccount = fields.text("serviceAccount")
                    .flatMap(text -> kubernetesName(text, "service account", KubernetesNames.SUBDOMAIN));
            Optional<Boolean> synthetic = synthetic(fields);
            Optional<Placement> placement = placement(fields);
            if (identity.isPresent() && identity.get() instanceof Identity.Workload) {
                for (String key : List.of("labels", "serviceAccount", "synthetic")) {
                    if (fields.has(key)) {
                        findings.add(fields.keySpan(key), Problems.workloadBringsItsOwn(key));
                    }
                }
            }
            return identity.isEmpty() || namespace.isEmpty() || placement.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Source(
                            name.value(),
                            namespace.get(),
                            identity.get(),
                            serviceAccount,
                            synthetic.orElse(Boolean.FALSE) ? Source.Liveness.SYNTHETIC : Source.Liveness.LIVE,
                            placement.get(),
                            findings.file().location(name.span())));
        });
    }

    private Optional<Identity> identity(Text name, Fields fields) {
        if (fields.has("workload")) {
            return fields.text("workload").flatMap(references::sourceWorkload).map(workload -> (Identity) workload);
        }
        if (!fields.has("labels")) {
            if (!fields.wasMeant("labels") && !fields.wasMeant("workload")) {
                findings.add(name.span(), Problems.noIdentity(name.value()));
            }
            return Optional.empty();
        }
        return fields.node("labels").flatMap(node -> labels("labels", node)).map(Identity.Labels::new);
    }

    private Optional<Boolean> synthetic(Fields fields) {
        return fields.word("synthetic").flatMap(word -> switch (word.value()) {
            case "true" -> Optional.of(Boolean.TRUE);
            case "false" -> Optional.of(Boolean.FALSE);
            default -> {
                findings.add(word.span(), Problems.notTrueOrFalse("synthetic", word.value()));
                yield Optional.empty();
            }
        });
    }

    private Optional<Placement> placement(Fields fields) {
        if (!fields.has("nodes")) {
            return Optional.of(Placement.ANY);
        }
        return fields.word("nodes").flatMap(word -> {
            if (PLACEMENTS.contains(word.value())) {
                return Optional.of(Placement.valueOf(word.value().toUpperCase(Locale.ROOT)));
            }
            findings.add(word.span(), Problems.unknownPlacement(word.value(), PLACEMENTS));
            return Optional.empty();
        });
    }

    private Optional<Destination> destination(Text name, YamlNode node) {
        return Fields.of(findings, node, "a destination", Keys.DESTINATION).flatMap(fields -> {
            List<String> targets = Keys.TARGETS.stream().filter(fields::has).toList();
            if (targets.isEmpty() && Keys.TARGETS.stream().anyMatch(fields::wasMeant)) {
                return Optional.empty();
            }
            if (targets.size() != 1) {
                findings.add(
                        targets.isEmpty() ? name.span() : fields.keySpan(targets.get(1)),
                        targets.isEmpty() ? Problems.noTarget(name.value()) : Problems.twoTargets(targets));
                return Optional.empty();
            }
            String kind = targets.get(0);
            Optional<Family> family = family(fields);
            Optional<Destination> read = kind.equals("url") ? url(name, fields) : plain(name, kind, fields);
            return read.map(one -> of(one, family, fields));
        });
    }

    private Destination of(Destination read, Optional<Family> family, Fields fields) {
        if (family.isPresent() && read.target() instanceof Target.Ip ip && Family.of(ip.ip()) != family.get()) {
            findings.add(fields.valueSpan("family"), Problems.familyOfAnotherAddress(family.get(), ip.ip()));
        }
        return new Destination(
                read.name(), read.target(), read.port(), read.protocol(), family, read.request(), read.location());
    }

    private Optional<Family> family(Fields fields) {
        return fields.word("family").flatMap(word -> {
            if (FAMILIES.contains(word.value())) {
                return Optional.of(Family.valueOf(word.value().toUpperCase(Locale.ROOT)));
            }
            findings.add(word.span(), Problems.unknownFamily(word.value(), FAMILIES));
            return Optional.empty();
        });
    }

    private Optional<Destination> url(Text name, Fields fields) {
        for (String key : List.of("namespace", "port", "protocol", "path", "query", "send")) {
            if (fields.has(key)) {
                findings.add(fields.keySpan(key), Problems.urlSaysIt(key));
            }
        }
        Optional<Integer> status = status(fields);
        return fields.text("url")
                .flatMap(text -> references.url(text, name.value(), status))
                .map(read -> new Destination(
                        read.name(),
                        read.target(),
                        read.port(),
                        read.protocol(),
                        read.request(),
                        findings.file().location(name.span())));
    }

    private Optional<Destination> plain(Text name, String kind, Fields fields) {
        Optional<String> namespace = namespace(fields);
        Optional<Target> target = target(kind, fields, namespace.orElse(defaultNamespace));
        Optional<Protocol> protocol = protocol(fields);
        Optional<PortRef> port =
                port(fields, kind.equals("service") ? KubernetesNames.LABEL : KubernetesNames.CONTAINER_PORT);
        boolean outside = kind.equals("host") || kind.equals("ip");
        if (outside && fields.has("namespace")) {
            findings.add(fields.keySpan("namespace"), Problems.namespaceWithoutMeaning(kind));
        }
        if (outside && port.isPresent() && port.get() instanceof PortRef.Name named) {
            findings.add(fields.valueSpan("port"), Problems.portIsNoNumber(named.value()));
        }
        if (!fields.has("port") && !fields.wasMeant("port") && protocol.isPresent()) {
            port = standardPort(kind, protocol.get());
            if (port.isEmpty() && !kind.equals("service")) {
                findings.add(name.span(), Problems.portMissing(name.value(), kind));
            }
        }
        Request request = request(name, fields, protocol);
        if (target.isEmpty() || protocol.isEmpty() || namespace.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Destination(
                name.value(),
                target.get(),
                port,
                protocol.get(),
                request,
                findings.file().location(name.span())));
    }

    /** Where the protocol's own port is what everybody means. Pods listen where they like. */
    private static Optional<PortRef> standardPort(String kind, Protocol protocol) {
        boolean outside = kind.equals("host") || kind.equals("ip");
        return switch (protocol) {
            case HTTP -> outside ? Optional.of(new PortRef.Number(80)) : Optional.empty();
            case HTTPS -> outside ? Optional.of(new PortRef.Number(443)) : Optional.empty();
            case DNS -> outside || kind.equals("service") ? Optional.of(new PortRef.Number(53)) : Optional.empty();
            case TCP, UDP, SCTP -> Optional.empty();
        };
    }

    private Optional<Target> target(String kind, Fields fields, String namespace) {
        if (kind.equals("pods")) {
            return fields.node("pods").flatMap(node -> {
                Optional<Map<String, String>> labels = labels("pods", node);
                if (labels.isPresent()
                        && labels.get().isEmpty()
                        && node instanceof YamlNode.Mapping mapping
                        && mapping.entries().isEmpty()) {
                    findings.add(node.span(), Problems.podsWithoutLabels());
                    return Optional.empty();
                }
                return labels.map(known -> new Target.Pods(namespace, known));
            });
        }
        return fields.text(kind).flatMap(text -> switch (kind) {
            case "service" ->
                kubernetesName(text, "Service", KubernetesNames.LABEL).map(name -> new Target.Service(namespace, name));
            case "workload" ->
                references
                        .targetWorkload(text)
                        .map(found -> new Target.Workload(namespace, found.kind(), found.name()));
            case "host" -> host(text);
            default -> references.ipTarget(text, text.value(), 0);
        });
    }

    private Optional<Target> host(Text text) {
        if (text.value().contains("://")) {
            findings.add(text.span(), Problems.urlAsHost(text.value()));
            return Optional.empty();
        }
        return references.hostTarget(text, text.value(), 0);
    }

    private Request request(Text name, Fields fields, Optional<Protocol> protocol) {
        Optional<String> path = fields.text("path").flatMap(text -> {
            if (text.value().startsWith("/") && Addresses.isRequestPath(text.value())) {
                return Optional.of(text.value());
            }
            findings.add(text.span(), Problems.badPath(text.value()));
            return Optional.empty();
        });
        Optional<String> query = fields.text("query").flatMap(text -> {
            if (Addresses.isHost(text.value()) || KubernetesNames.LABEL.accepts(text.value())) {
                return Optional.of(text.value());
            }
            findings.add(text.span(), Problems.badHost(text.value()));
            return Optional.empty();
        });
        Optional<String> send = fields.text("send").flatMap(text -> {
            if (DATAGRAM.matcher(text.value()).matches()) {
                return Optional.of(text.value());
            }
            findings.add(text.span(), Problems.badDatagram());
            return Optional.empty();
        });
        Optional<Integer> status = status(fields);
        protocol.ifPresent(known -> {
            boolean http = known == Protocol.HTTP || known == Protocol.HTTPS;
            for (String key : List.of("path", "status")) {
                if (fields.has(key) && !http) {
                    findings.add(fields.keySpan(key), Problems.onlyWithProtocol(key, "HTTP or HTTPS", known));
                }
            }
            if (fields.has("query") && known != Protocol.DNS) {
                findings.add(fields.keySpan("query"), Problems.onlyWithProtocol("query", "DNS", known));
            }
            if (fields.has("send") && known != Protocol.UDP) {
                findings.add(fields.keySpan("send"), Problems.onlyWithProtocol("send", "UDP", known));
            }
            if (!fields.has("query") && !fields.wasMeant("query") && known == Protocol.DNS) {
                findings.add(name.span(), Problems.queryMissing(name.value()));
            }
        });
        return new Request(path, status, query, send);
    }

    private Optional<Integer> status(Fields fields) {
        return fields.scalar("status", "a number").flatMap(scalar -> {
            String written = scalar.value();
            if (scalar.type() == YamlNode.Type.WHOLE_NUMBER && written.matches("[1-5][0-9][0-9]")) {
                return Optional.of(Integer.valueOf(written));
            }
            findings.add(scalar.span(), Problems.badStatus(written));
            return Optional.empty();
        });
    }

    private Optional<PortRef> port(Fields fields, KubernetesNames names) {
        return fields.scalar("port", "a number or a name").flatMap(scalar -> {
            if (scalar.type() == YamlNode.Type.TEXT && Ports.looksLikeNumber(scalar.value())) {
                findings.add(scalar.span(), Problems.quotedPort(scalar.value()));
                return Optional.empty();
            }
            return Ports.numberOrName(findings, scalar.span(), scalar.value(), names);
        });
    }

    private Optional<Protocol> protocol(Fields fields) {
        if (!fields.has("protocol")) {
            return Optional.of(Protocol.TCP);
        }
        return fields.word("protocol").flatMap(word -> {
            if (PROTOCOLS.contains(word.value())) {
                return Optional.of(Protocol.valueOf(word.value()));
            }
            findings.add(word.span(), Problems.unknownProtocol(word.value(), PROTOCOLS));
            return Optional.empty();
        });
    }

    /** Empty only where one is written and wrong. */
    Optional<String> namespace(Fields fields) {
        return fields.has("namespace")
                ? fields.text("namespace").flatMap(text -> kubernetesName(text, "namespace", KubernetesNames.LABEL))
                : Optional.of(defaultNamespace);
    }

    private Optional<String> kubernetesName(Text text, String what, KubernetesNames rule) {
        if (rule.accepts(text.value())) {
            return Optional.of(text.value());
        }
        findings.add(text.span(), Problems.badName(what, text.value(), rule));
        return Optional.empty();
    }

    private Optional<Map<String, String>> labels(String key, YamlNode node) {
        return Fields.mapping(findings, node, '"' + key + '"').map(mapping -> {
            Map<String, String> labels = new LinkedHashMap<>();
            int entries = mapping.entries().size();
            if (entries > Fields.MOST_WORDS) {
                findings.add(mapping.span(), Problems.tooManyEntries('"' + key + '"', entries, Fields.MOST_WORDS));
                return labels;
            }
            for (YamlNode.Entry entry : mapping.entries()) {
                String label = entry.key().value();
                if (label.equals(YamlNode.MERGE_KEY)) {
                    continue;
                }
                if (!KubernetesNames.acceptsLabelKey(label)) {
                    findings.add(entry.key().span(), Problems.badLabelKey(label));
                }
                labelValue(entry).ifPresent(value -> labels.put(label, value));
            }
            return labels;
        });
    }

    private Optional<String> labelValue(YamlNode.Entry entry) {
        String what = "the label \"" + entry.key().value() + '"';
        if (!(entry.value() instanceof YamlNode.Scalar scalar)) {
            return Fields.text(findings, what, what, entry.value()).map(Text::value);
        }
        if (scalar.type() == YamlNode.Type.NOTHING) {
            findings.add(
                    entry.key().span(), Problems.labelWithoutValue(entry.key().value()));
        } else if (scalar.type() != YamlNode.Type.TEXT) {
            findings.add(
                    scalar.span(), Problems.quoteLabel(entry.key().value(), scalar.value(), Fields.describe(scalar)));
        } else if (!KubernetesNames.LABEL_VALUE.accepts(scalar.value())) {
            findings.add(scalar.span(), Problems.badLabelValue(entry.key().value(), scalar.value()));
        } else {
            return Optional.of(scalar.value());
        }
        return Optional.empty();
    }
}
