package dev.netproof.report;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances.Policy;
import dev.netproof.model.Report;
import dev.netproof.report.Comparison.Change;
import dev.netproof.report.Comparison.Kind;
import dev.netproof.report.Comparison.PolicyChange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/** A comparison for machines. The format is described by comparison.schema.json. */
final class ComparisonJson {
    private static final String KIND = "Comparison";

    void write(Comparison comparison, OutputStream out) throws IOException {
        try (JsonGenerator json = JsonLayout.generator(out)) {
            json.writeStartObject();
            json.writeStringField("apiVersion", JsonEvidence.API_VERSION);
            json.writeStringField("kind", KIND);
            run(json, "before", comparison.before());
            run(json, "after", comparison.after());
            json.writeObjectFieldStart("exit");
            json.writeStringField("name", comparison.exit().name());
            json.writeNumberField("code", comparison.exit().code());
            json.writeEndObject();
            json.writeObjectFieldStart("summary");
            json.writeNumberField("SAME", comparison.same());
            for (Kind kind : Kind.values()) {
                json.writeNumberField(kind.name(), comparison.of(kind).size());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("policies");
            for (PolicyChange change : comparison.policies()) {
                policy(json, change);
            }
            json.writeEndArray();
            edges(json, "unexplained", comparison.unexplained());
            json.writeArrayFieldStart("surroundings");
            for (String one : comparison.surroundings()) {
                json.writeString(one);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("changes");
            for (Change change : comparison.changes()) {
                change(json, change);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
        out.flush();
    }

    private static void run(JsonGenerator json, String name, Report report) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeStringField("started", JsonLayout.instant(report.started()));
        json.writeStringField("tool", report.tool());
        if (report.cluster().isPresent()) {
            json.writeStringField("context", report.cluster().get().context());
            if (report.cluster().get().uid().isPresent()) {
                json.writeStringField("uid", report.cluster().get().uid().get());
            }
        }
        json.writeStringField("exit", report.exit().name());
        json.writeEndObject();
    }

    private static void policy(JsonGenerator json, PolicyChange change) throws IOException {
        json.writeStartObject();
        Policy policy = change.policy();
        json.writeStringField("apiVersion", policy.apiVersion());
        json.writeStringField("kind", policy.kind());
        if (policy.namespace().isPresent()) {
            json.writeStringField("namespace", policy.namespace().get());
        }
        json.writeStringField("name", policy.name());
        json.writeStringField("how", change.how().name());
        json.writeStringField("about", change.about().name());
        version(json, "before", change.before());
        version(json, "after", change.after());
        edges(json, "edges", change.edges());
        json.writeEndObject();
    }

    private static void version(JsonGenerator json, String name, Optional<Policy> policy) throws IOException {
        if (policy.isPresent()) {
            json.writeObjectFieldStart(name);
            json.writeStringField("uid", policy.get().uid());
            json.writeStringField("resourceVersion", policy.get().resourceVersion());
            json.writeStringField("sha256", policy.get().sha256());
            json.writeEndObject();
        }
    }

    private static void edges(JsonGenerator json, String name, List<Change> edges) throws IOException {
        json.writeArrayFieldStart(name);
        for (Change edge : edges) {
            json.writeStartObject();
            json.writeStringField("matrix", edge.check().matrix());
            json.writeStringField("id", edge.check().id());
            json.writeStringField("kind", edge.kind().name());
            json.writeStringField("movement", edge.movement().name());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void change(JsonGenerator json, Change change) throws IOException {
        Check check = change.check();
        json.writeStartObject();
        json.writeStringField("matrix", check.matrix());
        json.writeStringField("id", check.id());
        json.writeStringField("sentence", check.sentence());
        json.writeStringField("kind", change.kind().name());
        json.writeStringField("movement", change.movement().name());
        state(json, "before", change.before());
        state(json, "after", change.after());
        json.writeObjectFieldStart("location");
        json.writeStringField("file", check.location().file());
        json.writeNumberField("line", check.location().line());
        json.writeNumberField("column", check.location().column());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void state(JsonGenerator json, String name, Optional<CheckResult> result) throws IOException {
        if (result.isPresent()) {
            json.writeObjectFieldStart(name);
            json.writeStringField(
                    "expectation", result.get().check().expectation().name());
            json.writeStringField("status", result.get().verdict().status().name());
            json.writeStringField("reason", result.get().verdict().reason().name());
            json.writeStringField("observed", Observed.of(result.get()).name());
            json.writeStringField("explanation", result.get().verdict().explanation());
            json.writeEndObject();
        }
    }
}
