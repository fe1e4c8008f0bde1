package dev.netproof.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Identity;
import dev.netproof.model.Report;
import dev.netproof.model.Source;
import dev.netproof.model.Verdict;
import dev.netproof.text.TextWidth;
import dev.netproof.text.Visible;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The results as Kubernetes resources that dashboards for policies show, to be applied with kubectl: one for each matrix and
 * namespace of sources, as such a resource lives in the namespace that it speaks of.
 *
 * @see <a href="https://github.com/openreports/reports-api">OpenReports</a>
 */
final class PolicyReport implements Rendering {
    /** The two dialects, alike but for their names. */
    enum Dialect {
        OPEN_REPORTS("openreports.io/v1alpha1", "Report"),
        /** What came before, and what most dashboards still read. */
        POLICY_WORKING_GROUP("wgpolicyk8s.io/v1alpha2", "PolicyReport");

        private final String apiVersion;
        private final String kind;

        Dialect(String apiVersion, String kind) {
            this.apiVersion = apiVersion;
            this.kind = kind;
        }
    }

    /** An object of a cluster must stay well below 1.5 MiB. */
    private static final int RESULTS = 500;

    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_MESSAGE = 800;
    private static final String TOOL = "netproof";

    private final Dialect dialect;

    PolicyReport(Dialect dialect) {
        this.dialect = dialect;
    }

    private enum Outcome {
        PASS,
        FAIL,
        WARN,
        ERROR,
        SKIP;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public void write(Report report, OutputStream out) throws IOException {
        List<Sheet> sheets = Sheet.of(report);
        if (report.enforcement().isEmpty()
                && sheets.stream().allMatch(sheet -> sheet.entries().isEmpty())) {
            out.write("# Nothing was judged, so that there is nothing to apply.\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            return;
        }
        // Every string stands in quotes: what some reader of YAML may take for a number, a date or a boolean is none.
        YAMLFactory factory = YAMLFactory.builder()
                .disable(YAMLGenerator.Feature.SPLIT_LINES)
                .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .build();
        try (JsonGenerator yaml = factory.createGenerator(out)) {
            if (report.enforcement().isPresent()) {
                enforcement(yaml, report, report.enforcement().get());
            }
            for (Sheet sheet : sheets) {
                Map<String, List<Entry>> namespaces = new LinkedHashMap<>();
                sheet.entries()
                        .forEach(entry -> namespaces
                                .computeIfAbsent(entry.check().source().namespace(), n -> new ArrayList<>())
                                .add(entry));
                for (Map.Entry<String, List<Entry>> namespace : namespaces.entrySet()) {
                    List<Entry> entries = namespace.getValue();
                    for (int from = 0; from < entries.size(); from += RESULTS) {
                        String part = entries.size() > RESULTS ? "-" + (from / RESULTS + 1) : "";
                        matrix(
                                yaml,
                                report,
                                sheet.name() + part,
                                namespace.getKey(),
                                entries.subList(from, Math.min(entries.size(), from + RESULTS)));
                    }
                }
            }
        }
        out.flush();
    }

    private void matrix(JsonGenerator yaml, Report report, String name, String namespace, List<Entry> entries)
            throws IOException {
        Map<Outcome, Integer> summary = new EnumMap<>(Outcome.class);
        entries.forEach(entry -> summary.merge(outcome(entry), 1, Integer::sum));
        head(yaml, dialect.kind, name(name), Optional.of(namespace), summary);
        yaml.writeArrayFieldStart("results");
        for (Entry entry : entries) {
            result(yaml, report, entry);
        }
        yaml.writeEndArray();
        yaml.writeEndObject();
    }

    private void head(
            JsonGenerator yaml, String kind, String name, Optional<String> namespace, Map<Outcome, Integer> summary)
            throws IOException {
        yaml.writeStartObject();
        yaml.writeStringField("apiVersion", dialect.apiVersion);
        yaml.writeStringField("kind", kind);
        yaml.writeObjectFieldStart("metadata");
        yaml.writeStringField("name", name);
        if (namespace.isPresent()) {
            yaml.writeStringField("namespace", Visible.of(namespace.get()));
        }
        yaml.writeObjectFieldStart("labels");
        yaml.writeStringField("app.kubernetes.io/managed-by", TOOL);
        yaml.writeEndObject();
        yaml.writeEndObject();
        yaml.writeObjectFieldStart("summary");
        for (Outcome outcome : Outcome.values()) {
            yaml.writeNumberField(outcome.word(), summary.getOrDefault(outcome, 0));
        }
        yaml.writeEndObject();
    }

    private static Outcome outcome(Entry entry) {
        return switch (entry.sign()) {
            case AS_EXPECTED -> Outcome.PASS;
            case VIOLATION -> Outcome.FAIL;
            case INCONCLUSIVE -> Outcome.ERROR;
            case NOT_JUDGED, UNTESTABLE, SKIPPED, NOT_ASKED -> Outcome.SKIP;
        };
    }

    private static void result(JsonGenerator yaml, Report report, Entry entry) throws IOException {
        Check check = entry.check();
        Outcome outcome = outcome(entry);
        yaml.writeStartObject();
        yaml.writeStringField("source", TOOL);
        yaml.writeStringField("policy", Visible.of(check.matrix()));
        yaml.writeStringField("rule", Visible.of(check.sentence()));
        yaml.writeStringField("category", "network connectivity");
        yaml.writeStringField("result", outcome.word());
        if (outcome == Outcome.FAIL) {
            yaml.writeStringField("severity", "high");
        }
        yaml.writeBooleanField("scored", true);
        timestamp(yaml, report.finished());
        yaml.writeStringField(
                "message",
                message(entry.result()
                        .map(result -> result.verdict().explanation())
                        .orElse("the run ended before this check was judged")));
        subject(yaml, check.source());
        yaml.writeObjectFieldStart("properties");
        yaml.writeStringField("expected", check.expectation().word());
        yaml.writeStringField("where", Visible.of(Evidence.place(check.location())));
        if (entry.result().isPresent()) {
            CheckResult result = entry.result().get();
            Verdict verdict = result.verdict();
            yaml.writeStringField("observed", Observed.of(result).word());
            yaml.writeStringField("reason", verdict.reason().name());
            if (verdict.fix().isPresent()) {
                yaml.writeStringField("fix", message(verdict.fix().get()));
            }
        }
        yaml.writeEndObject();
        yaml.writeEndObject();
    }

    private static void timestamp(JsonGenerator yaml, Instant time) throws IOException {
        yaml.writeObjectFieldStart("timestamp");
        yaml.writeNumberField("seconds", time.getEpochSecond());
        yaml.writeNumberField("nanos", 0);
        yaml.writeEndObject();
    }

    /** The source: an object if it is one, else the pods with its labels. */
    private static void subject(JsonGenerator yaml, Source source) throws IOException {
        if (source.identity() instanceof Identity.Labels labels) {
            yaml.writeObjectFieldStart("resourceSelector");
            yaml.writeObjectFieldStart("matchLabels");
            for (Map.Entry<String, String> label : labels.labels().entrySet()) {
                yaml.writeStringField(Visible.of(label.getKey()), Visible.of(label.getValue()));
            }
            yaml.writeEndObject();
            yaml.writeEndObject();
        } else if (source.identity() instanceof Identity.Workload workload) {
            resource(yaml, "apps/v1", workload.kind().kind(), source.namespace(), workload.name());
        } else if (source.identity() instanceof Identity.ExistingPod pod) {
            resource(yaml, "v1", "Pod", source.namespace(), pod.name());
        }
    }

    private static void resource(JsonGenerator yaml, String apiVersion, String kind, String namespace, String name)
            throws IOException {
        yaml.writeArrayFieldStart("resources");
        yaml.writeStartObject();
        yaml.writeStringField("apiVersion", apiVersion);
        yaml.writeStringField("kind", kind);
        yaml.writeStringField("namespace", Visible.of(namespace));
        yaml.writeStringField("name", Visible.of(name));
        yaml.writeEndObject();
        yaml.writeEndArray();
    }

    private void enforcement(JsonGenerator yaml, Report report, Enforcement enforcement) throws IOException {
        Map<Outcome, Integer> summary = new EnumMap<>(Outcome.class);
        enforcement.rows().forEach(row -> summary.merge(outcome(row.status()), 1, Integer::sum));
        head(yaml, "Cluster" + dialect.kind, name("enforcement"), Optional.empty(), summary);
        yaml.writeArrayFieldStart("results");
        for (Enforcement.Row row : enforcement.rows()) {
            Outcome outcome = outcome(row.status());
            yaml.writeStartObject();
            yaml.writeStringField("source", TOOL);
            yaml.writeStringField("policy", "enforcement");
            yaml.writeStringField(
                    "rule", Visible.of(row.capability() + ", " + row.direction().word() + " on " + row.node()));
            yaml.writeStringField("category", "network policy enforcement");
            yaml.writeStringField("result", outcome.word());
            if (outcome == Outcome.FAIL) {
                yaml.writeStringField("severity", "critical");
            }
            yaml.writeBooleanField("scored", row.status() != Enforcement.Status.OBSERVED);
            timestamp(yaml, report.finished());
            yaml.writeStringField("message", message(row.seen()));
            resource(yaml, row);
            yaml.writeEndObject();
        }
        yaml.writeEndArray();
        yaml.writeEndObject();
    }

    private static void resource(JsonGenerator yaml, Enforcement.Row row) throws IOException {
        yaml.writeArrayFieldStart("resources");
        yaml.writeStartObject();
        yaml.writeStringField("apiVersion", "v1");
        yaml.writeStringField("kind", "Node");
        yaml.writeStringField("name", Visible.of(row.node()));
        yaml.writeEndObject();
        yaml.writeEndArray();
    }

    private static Outcome outcome(Enforcement.Status status) {
        return switch (status) {
            case ENFORCED, OBSERVED -> Outcome.PASS;
            case NOT_ENFORCED -> Outcome.FAIL;
            case INCONCLUSIVE -> Outcome.ERROR;
            case UNTESTABLE -> Outcome.SKIP;
        };
    }

    private static String message(String text) {
        return TextWidth.shortened(Visible.of(text), LONGEST_MESSAGE);
    }

    /** A name that Kubernetes takes for an object. */
    private static String name(String matrix) {
        String plain =
                matrix.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        String name = plain.isEmpty() ? TOOL : TOOL + "-" + plain;
        return name.length() <= LONGEST_NAME
                ? name
                : name.substring(0, LONGEST_NAME).replaceAll("-$", "");
    }
}
