package dev.netproof.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Destination;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Identity;
import dev.netproof.model.Location;
import dev.netproof.model.Matrix;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.PortRef;
import dev.netproof.model.Report;
import dev.netproof.model.Source;
import dev.netproof.model.Streak;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The evidence in full. What is absent is left out; fields always stand in the same order, so that two runs can be compared line
 * by line. The format is described by report.schema.json. Above 400 lines: a few for each record of a report.
 */
final class JsonEvidence implements Rendering {
    static final String API_VERSION = "netproof.dev/v1";
    static final String KIND = "Report";

    @Override
    public void write(Report report, OutputStream out) throws IOException {
        try (JsonGenerator json = JsonLayout.generator(out)) {
            new Document(json).write(report);
            json.writeRaw('\n');
        }
        out.flush();
    }

    /** A list or map entry that may fail to be written. */
    @FunctionalInterface
    private interface Writing<T> {
        void write(T value) throws IOException;
    }

    private record Document(JsonGenerator json) {

        void write(Report report) throws IOException {
            json.writeStartObject();
            json.writeStringField("apiVersion", API_VERSION);
            json.writeStringField("kind", KIND);
            json.writeStringField("tool", report.tool());
            optional("cluster", report.cluster(), this::cluster);
            time("started", report.started());
            time("finished", report.finished());
            seconds("elapsedSeconds", Duration.between(report.started(), report.finished()));
            object("exit", report.exit(), exit -> {
                json.writeStringField("name", exit.name());
                json.writeNumberField("code", exit.code());
                json.writeStringField("meaning", exit.meaning());
            });
            object("summary", report, this::summary);
            object("costs", report.costs(), costs -> {
                json.writeNumberField("probePods", costs.probePods());
                json.writeNumberField("apiRequests", costs.apiRequests());
            });
            optional("breakage", report.breakage(), breakage -> {
                json.writeStringField("problem", breakage.problem());
                json.writeStringField("fix", breakage.fix());
            });
            strings("notes", report.notes());
            optional("enforcement", report.enforcement(), this::enforcement);
            Set<Check> judged = new HashSet<>();
            report.results().forEach(result -> judged.add(result.check()));
            array("matrices", report.matrices(), matrix -> matrix(matrix, judged));
            object("circumstances", report.circumstances(), this::circumstances);
            array("results", report.results(), this::result);
            json.writeEndObject();
        }

        private void cluster(ClusterIdentity cluster) throws IOException {
            json.writeStringField("context", cluster.context());
            json.writeStringField("server", cluster.server());
            if (cluster.certificate() == ClusterIdentity.Certificate.NOT_VERIFIED) {
                json.writeStringField("certificate", cluster.certificate().name());
            }
            json.writeStringField("user", cluster.user());
            json.writeStringField("version", cluster.version());
            text("uid", cluster.uid());
            object("cni", cluster.cni(), cni -> {
                json.writeStringField("name", cni.name());
                array("agents", cni.agents(), agent -> {
                    json.writeStringField("namespace", agent.namespace());
                    json.writeStringField("name", agent.name());
                    strings("images", agent.images());
                });
                strings("marks", cni.marks());
            });
            array("nodes", cluster.nodes(), node -> {
                json.writeStringField("name", node.name());
                json.writeStringField("kubelet", node.kubelet());
                json.writeStringField("os", node.os());
                json.writeStringField("kernel", node.kernel());
                json.writeStringField("runtime", node.runtime());
            });
        }

        private void circumstances(Circumstances circumstances) throws IOException {
            array("policies", circumstances.policies(), policy -> {
                json.writeStringField("apiVersion", policy.apiVersion());
                json.writeStringField("kind", policy.kind());
                text("namespace", policy.namespace());
                json.writeStringField("name", policy.name());
                json.writeStringField("uid", policy.uid());
                json.writeStringField("resourceVersion", policy.resourceVersion());
                json.writeStringField("sha256", policy.sha256());
                optional("about", policy.about(), about -> {
                    strings("sources", about.sources());
                    strings("targets", about.targets());
                });
            });
            array("probes", circumstances.probes(), probe -> {
                json.writeStringField("source", probe.source());
                json.writeStringField("namespace", probe.namespace());
                json.writeStringField("pod", probe.pod());
                text("ip", probe.ip());
                text("node", probe.node());
                labels(probe.labels());
                json.writeStringField("serviceAccount", probe.serviceAccount());
                json.writeStringField("image", probe.image());
                text("digest", probe.digest());
                if (!probe.represents().isEmpty()) {
                    strings("represents", probe.represents());
                }
            });
            array("targets", circumstances.targets(), pod -> {
                json.writeStringField("namespace", pod.namespace());
                json.writeStringField("pod", pod.name());
                json.writeStringField("uid", pod.uid());
                strings("ips", pod.ips());
                text("node", pod.node());
                labels(pod.labels());
            });
            strings("unreadable", circumstances.unreadable());
        }

        private void enforcement(Enforcement enforcement) throws IOException {
            json.writeStringField("verdict", enforcement.verdict().name());
            json.writeStringField("headline", enforcement.headline());
            text("advice", enforcement.advice());
            json.writeStringField("profile", enforcement.profile().name());
            array("capabilities", enforcement.capabilities(), capability -> {
                json.writeStringField("id", capability.id());
                json.writeStringField("title", capability.title());
                json.writeStringField("meaning", capability.meaning());
                json.writeStringField("specification", capability.specification());
                json.writeStringField("source", capability.source());
                json.writeStringField("kind", capability.kind().name());
                strings("failing", capability.failing());
            });
            array("rows", enforcement.rows(), this::row);
            array("measures", enforcement.measures(), measure -> {
                json.writeStringField("metric", measure.metric().name());
                json.writeStringField("node", measure.node());
                seconds("medianSeconds", measure.median());
                seconds("maxSeconds", measure.max());
                json.writeNumberField("samples", measure.samples());
            });
            array("denials", enforcement.denials(), denial -> {
                json.writeStringField("node", denial.node());
                json.writeStringField("direction", denial.direction().name());
                json.writeStringField("outcome", denial.outcome().name());
                json.writeStringField("signal", denial.signal());
                json.writeNumberField("times", denial.times());
            });
            array("unseen", enforcement.unseen(), unseen -> {
                json.writeStringField("what", unseen.what());
                json.writeStringField("why", unseen.why());
            });
        }

        private void row(Enforcement.Row row) throws IOException {
            json.writeStringField("capability", row.capability());
            json.writeStringField("node", row.node());
            json.writeStringField("direction", row.direction().name());
            json.writeStringField("status", row.status().name());
            json.writeStringField("reason", row.reason().name());
            json.writeStringField("seen", row.seen());
            text("fix", row.fix());
            if (row.denied().isPresent()) {
                seconds("deniedSeconds", row.denied().get());
            }
            if (row.allowed().isPresent()) {
                seconds("allowedSeconds", row.allowed().get());
            }
            array("edges", row.edges(), edge -> {
                json.writeStringField("meaning", edge.meaning());
                text("expected", edge.expected().map(Enum::name));
                object("path", edge.observation(), this::path);
            });
        }

        private void summary(Report report) throws IOException {
            json.writeNumberField("checks", report.results().size());
            for (Verdict.Status status : Verdict.Status.values()) {
                json.writeNumberField(status.name(), report.count(status));
            }
        }

        private void matrix(Matrix matrix, Set<Check> judged) throws IOException {
            json.writeStringField("name", matrix.name());
            text("owner", matrix.owner());
            json.writeStringField("sha256", matrix.sha256());
            location(matrix.location());
            json.writeNumberField("checks", matrix.checks().size());
            json.writeArrayFieldStart("notJudged");
            for (int i = 0; i < matrix.checks().size(); i++) {
                Check check = matrix.checks().get(i);
                if (!judged.contains(check)) {
                    json.writeStartObject();
                    json.writeNumberField("position", i);
                    object("check", check, this::check);
                    json.writeEndObject();
                }
            }
            json.writeEndArray();
        }

        private void result(CheckResult result) throws IOException {
            json.writeStringField("id", result.check().id());
            json.writeStringField("sentence", result.check().sentence());
            object("verdict", result.verdict(), verdict -> {
                json.writeStringField("status", verdict.status().name());
                json.writeStringField("reason", verdict.reason().name());
                json.writeStringField("explanation", verdict.explanation());
                text("fix", verdict.fix());
                if (!verdict.also().isEmpty()) {
                    array("also", verdict.also(), also -> {
                        json.writeStringField("reason", also.reason().name());
                        json.writeStringField("explanation", also.explanation());
                        text("fix", also.fix());
                    });
                }
            });
            object("check", result.check(), this::check);
            array("paths", result.paths(), this::path);
            seconds("elapsedSeconds", result.elapsed());
            json.writeStringField("repeat", result.repeat());
        }

        private void check(Check check) throws IOException {
            json.writeStringField("matrix", check.matrix());
            object("source", check.source(), this::source);
            object("destination", check.destination(), this::destination);
            json.writeStringField("expectation", check.expectation().name());
            text("because", check.because());
            strings("tags", check.tags());
            json.writeStringField("origin", check.origin().name());
            optional("exception", check.exception(), terms -> {
                json.writeStringField("because", terms.because());
                json.writeStringField("owner", terms.owner());
                text("ticket", terms.ticket());
                json.writeStringField("expires", terms.expires().toString());
            });
            location(check.location());
        }

        private void source(Source source) throws IOException {
            json.writeStringField("name", source.name());
            json.writeStringField("namespace", source.namespace());
            object("identity", source.identity(), this::identity);
            text("serviceAccount", source.serviceAccount());
            json.writeStringField("liveness", source.liveness().name());
            json.writeStringField("placement", source.placement().name());
            location(source.location());
        }

        private void identity(Identity identity) throws IOException {
            if (identity instanceof Identity.Labels labels) {
                labels(labels.labels());
            } else if (identity instanceof Identity.Workload workload) {
                json.writeStringField("workload", workload.kind().name());
                json.writeStringField("name", workload.name());
            } else if (identity instanceof Identity.ExistingPod pod) {
                json.writeStringField("pod", pod.name());
            }
        }

        private void destination(Destination destination) throws IOException {
            json.writeStringField("name", destination.name());
            object("target", destination.target(), this::target);
            if (destination.port().isPresent()) {
                if (destination.port().get() instanceof PortRef.Number number) {
                    json.writeNumberField("port", number.value());
                } else {
                    json.writeStringField("port", destination.port().get().toString());
                }
            }
            json.writeStringField("protocol", destination.protocol().name());
            text("family", destination.family().map(Enum::name));
            Destination.Request request = destination.request();
            if (!request.equals(Destination.Request.NONE)) {
                json.writeObjectFieldStart("request");
                text("path", request.path());
                if (request.status().isPresent()) {
                    json.writeNumberField("status", request.status().get());
                }
                text("query", request.query());
                text("send", request.send());
                json.writeEndObject();
            }
            location(destination.location());
        }

        private void target(Target target) throws IOException {
            if (target instanceof Target.Service service) {
                json.writeStringField("service", service.name());
                json.writeStringField("namespace", service.namespace());
            } else if (target instanceof Target.Pods pods) {
                labels(pods.labels());
                json.writeStringField("namespace", pods.namespace());
            } else if (target instanceof Target.Workload workload) {
                json.writeStringField("workload", workload.kind().name());
                json.writeStringField("name", workload.name());
                json.writeStringField("namespace", workload.namespace());
            } else if (target instanceof Target.Pod pod) {
                json.writeStringField("pod", pod.name());
                json.writeStringField("namespace", pod.namespace());
            } else if (target instanceof Target.Host host) {
                json.writeStringField("host", host.host());
            } else if (target instanceof Target.Ip ip) {
                json.writeStringField("ip", ip.ip());
            }
        }

        private void path(PathObservation observation) throws IOException {
            Path path = observation.path();
            json.writeStringField("kind", path.kind().name());
            text("sourcePod", path.sourcePod());
            text("sourceNode", path.sourceNode());
            json.writeStringField("address", path.address());
            json.writeNumberField("port", path.port());
            text("targetPod", path.targetPod());
            text("targetNode", path.targetNode());
            text("outcome", observation.outcome().map(Enum::name));
            json.writeStringField("control", observation.control().name());
            text("controlledBy", observation.controlledBy());
            array("history", observation.history(), this::streak);
        }

        private void streak(Streak streak) throws IOException {
            json.writeStringField("outcome", streak.outcome().name());
            json.writeNumberField("attempts", streak.attempts());
            time("first", streak.first());
            time("last", streak.last());
            seconds("slowestSeconds", streak.slowest());
            json.writeStringField("signal", streak.signal());
        }

        private void labels(Map<String, String> labels) throws IOException {
            object("labels", labels, all -> {
                for (Map.Entry<String, String> label : all.entrySet()) {
                    json.writeStringField(label.getKey(), label.getValue());
                }
            });
        }

        private void location(Location location) throws IOException {
            object("location", location, place -> {
                json.writeStringField("file", place.file());
                json.writeNumberField("line", place.line());
                json.writeNumberField("column", place.column());
            });
        }

        private void text(String name, Optional<String> value) throws IOException {
            if (value.isPresent()) {
                json.writeStringField(name, value.get());
            }
        }

        private void time(String name, Instant time) throws IOException {
            json.writeStringField(name, JsonLayout.instant(time));
        }

        private void seconds(String name, Duration duration) throws IOException {
            json.writeNumberField(name, Figures.exactSeconds(duration));
        }

        private void strings(String name, Iterable<String> values) throws IOException {
            json.writeArrayFieldStart(name);
            for (String value : values) {
                json.writeString(value);
            }
            json.writeEndArray();
        }

        private <T> void array(String name, List<T> values, Writing<T> writing) throws IOException {
            json.writeArrayFieldStart(name);
            for (T value : values) {
                json.writeStartObject();
                writing.write(value);
                json.writeEndObject();
            }
            json.writeEndArray();
        }

        private <T> void object(String name, T value, Writing<T> writing) throws IOException {
            json.writeObjectFieldStart(name);
            writing.write(value);
            json.writeEndObject();
        }

        private <T> void optional(String name, Optional<T> value, Writing<T> writing) throws IOException {
            if (value.isPresent()) {
                object(name, value.get(), writing);
            }
        }
    }
}
