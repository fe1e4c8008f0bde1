package dev.netproof.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Cni;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Destination;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Exit;
import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.model.Identity;
import dev.netproof.model.Location;
import dev.netproof.model.Matrix;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Placement;
import dev.netproof.model.PortRef;
import dev.netproof.model.Protocol;
import dev.netproof.model.Report;
import dev.netproof.model.Source;
import dev.netproof.model.Streak;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict;
import dev.netproof.model.WorkloadKind;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads JSON evidence back, so that a recorded run can be rendered later and two runs compared. Above 400 lines: a few for each record of a
 * report, by hand, because a library's mapping costs start-up time (docs/adr/0021).
 */
public final class ReportReader {
    /** More than a run of the usual size writes; for larger runs the memory of the JVM is the limit. */
    private static final long LONGEST = 512L << 20;

    /** Evidence needs ten levels; fields that this version does not know may need some more. */
    private static final int DEEPEST = 64;

    /** Some 30 years in seconds, far more than a run takes, with as many decimals as nanoseconds have and some to spare. */
    private static final BigDecimal MOST_SECONDS = BigDecimal.valueOf(1_000_000_000);

    private static final int MOST_DECIMALS = 30;

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    /** Jackson names the method that a programmer would call. */
    private static final Pattern WHOSE_BOUND = Pattern.compile(", from `[^`]*`");

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(LONGEST)
                            .maxNestingDepth(DEEPEST)
                            .maxNumberLength(100)
                            .maxStringLength(10_000_000)
                            .maxNameLength(1_000)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private ReportReader() {}

    /**
     * Reads one report.
     *
     * @throws UnreadableReport when the text is not JSON, or not evidence in the format of this version
     */
    public static Report read(InputStream in) throws IOException {
        JsonNode tree = tree(in);
        try {
            return new Node("", tree).report();
        } catch (Mismatch e) {
            throw new UnreadableReport(e.problem, e);
        }
    }

    private static JsonNode tree(InputStream in) throws IOException {
        try (JsonParser json = JSON.createParser(in)) {
            try {
                JsonNode tree = JSON.reader().with(new SharedTexts()).readTree(json);
                if (tree == null || json.nextToken() != null) {
                    throw new UnreadableReport(
                            place(json.currentLocation())
                                    + (tree == null ? "there is nothing" : "something follows the report"),
                            null);
                }
                return tree;
            } catch (StreamConstraintsException e) {
                throw new UnreadableReport(
                        place(json.currentLocation()) + "exceeds the limits for evidence: "
                                + WHOSE_BOUND.matcher(e.getOriginalMessage()).replaceAll(""),
                        e);
            } catch (JsonProcessingException e) {
                JsonLocation at = Optional.ofNullable(e.getLocation()).orElseGet(json::currentLocation);
                // Without the parser's words, which repeat what stands there: it may be any file.
                throw new UnreadableReport(place(at) + "not JSON", e);
            } catch (ArithmeticException | NumberFormatException e) {
                throw new UnreadableReport(place(json.currentLocation()) + "not a valid number", e);
            }
        }
    }

    private static String place(JsonLocation at) {
        return "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
    }

    /** Reports say the same names, nodes and signals thousands of times over: each is kept once. */
    private static final class SharedTexts extends JsonNodeFactory {
        private static final long serialVersionUID = 1L;

        private final transient Map<String, TextNode> texts = new HashMap<>();

        SharedTexts() {
            super(true);
        }

        @Override
        public TextNode textNode(String text) {
            return texts.computeIfAbsent(text, TextNode::valueOf);
        }
    }

    private static Instant instant(String text) {
        Instant instant = Instant.parse(text);
        if (instant.isBefore(Instant.EPOCH) || instant.isAfter(LAST)) {
            throw new DateTimeException("not between 1970 and 9999");
        }
        return instant;
    }

    private static LocalDate date(String text) {
        LocalDate date = LocalDate.parse(text);
        if (date.getYear() < 1970 || date.getYear() > 9999) {
            throw new DateTimeException("not between 1970 and 9999");
        }
        return date;
    }

    /** Thrown where the tree is not as it must be; never leaves this class. */
    private static final class Mismatch extends RuntimeException {
        private final String problem;

        Mismatch(String problem) {
            super(problem);
            this.problem = problem;
        }
    }

    /** A value with the way to it, as a JSON pointer. */
    private record Node(String pointer, JsonNode json) {

        Report report() {
            String version = text("apiVersion");
            String kind = text("kind");
            if (!version.equals(JsonEvidence.API_VERSION) || !kind.equals(JsonEvidence.KIND)) {
                throw mismatch("this is " + version + " " + kind + "; expected " + JsonEvidence.API_VERSION + " "
                        + JsonEvidence.KIND);
            }
            List<CheckResult> results = list("results", Node::result);
            return new Report(
                    text("tool"),
                    optional("cluster").map(Node::cluster),
                    instant("started"),
                    instant("finished"),
                    list("matrices", matrix -> matrix.matrix(results)),
                    at("circumstances").circumstances(),
                    results,
                    optional("enforcement").map(Node::enforcement),
                    list("notes", Node::text),
                    optional("breakage").map(b -> new Report.Breakage(b.text("problem"), b.text("fix"))),
                    new Report.Costs(
                            at("costs").number("probePods"), at("costs").number("apiRequests")),
                    at("exit").word(Exit.class, "name"));
        }

        private Enforcement enforcement() {
            Enforcement read = readEnforcement();
            Set<String> known =
                    read.capabilities().stream().map(Enforcement.Capability::id).collect(Collectors.toSet());
            for (int i = 0; i < read.rows().size(); i++) {
                if (!known.contains(read.rows().get(i).capability())) {
                    throw new Mismatch(pointer + "/rows/" + i + "/capability: \""
                            + read.rows().get(i).capability() + "\" is none of the capabilities " + known);
                }
            }
            return read;
        }

        private Enforcement readEnforcement() {
            return new Enforcement(
                    word(Enforcement.Verdict.class, "verdict"),
                    text("headline"),
                    optional("advice").map(Node::text),
                    word(Enforcement.Profile.class, "profile"),
                    list(
                            "capabilities",
                            one -> new Enforcement.Capability(
                                    one.text("id"),
                                    one.text("title"),
                                    one.text("meaning"),
                                    one.text("specification"),
                                    one.text("source"),
                                    one.word(Enforcement.Kind.class, "kind"),
                                    one.list("failing", Node::text))),
                    list("rows", Node::row),
                    list(
                            "measures",
                            one -> new Enforcement.Measure(
                                    one.word(Enforcement.Metric.class, "metric"),
                                    one.text("node"),
                                    one.seconds("medianSeconds"),
                                    one.seconds("maxSeconds"),
                                    one.number("samples"))),
                    list(
                            "denials",
                            one -> new Enforcement.Denial(
                                    one.text("node"),
                                    one.word(Enforcement.Direction.class, "direction"),
                                    one.word(Outcome.class, "outcome"),
                                    one.text("signal"),
                                    one.number("times"))),
                    list("unseen", one -> new Enforcement.Unseen(one.text("what"), one.text("why"))));
        }

        private Enforcement.Row row() {
            return new Enforcement.Row(
                    text("capability"),
                    text("node"),
                    word(Enforcement.Direction.class, "direction"),
                    word(Enforcement.Status.class, "status"),
                    word(Enforcement.Reason.class, "reason"),
                    text("seen"),
                    optional("fix").map(Node::text),
                    list(
                            "edges",
                            one -> new Enforcement.Edge(
                                    one.text("meaning"),
                                    one.optional("expected").map(word -> word.word(Expectation.class)),
                                    one.at("path").path())),
                    json.has("deniedSeconds") ? Optional.of(seconds("deniedSeconds")) : Optional.empty(),
                    json.has("allowedSeconds") ? Optional.of(seconds("allowedSeconds")) : Optional.empty());
        }

        private ClusterIdentity cluster() {
            return new ClusterIdentity(
                    text("context"),
                    text("server"),
                    text("user"),
                    text("version"),
                    optional("uid").map(Node::text),
                    list(
                            "nodes",
                            node -> new dev.netproof.model.Node(
                                    node.text("name"),
                                    node.text("kubelet"),
                                    node.text("os"),
                                    node.text("kernel"),
                                    node.text("runtime"))),
                    at("cni").cni(),
                    optional("certificate")
                            .map(certificate -> certificate.word(ClusterIdentity.Certificate.class))
                            .orElse(ClusterIdentity.Certificate.VERIFIED));
        }

        private Cni cni() {
            return new Cni(
                    text("name"),
                    list(
                            "agents",
                            agent -> new Cni.Agent(
                                    agent.text("namespace"), agent.text("name"), agent.list("images", Node::text))),
                    list("marks", Node::text));
        }

        private Circumstances circumstances() {
            return new Circumstances(
                    list("policies", Node::policy),
                    list("probes", Node::probe),
                    list("targets", Node::targetPod),
                    new TreeSet<>(list("unreadable", Node::text)));
        }

        private Circumstances.Policy policy() {
            return new Circumstances.Policy(
                    text("apiVersion"),
                    text("kind"),
                    optional("namespace").map(Node::text),
                    text("name"),
                    text("uid"),
                    text("resourceVersion"),
                    text("sha256"),
                    optional("about")
                            .map(about -> new Circumstances.About(
                                    new TreeSet<>(about.list("sources", Node::text)),
                                    new TreeSet<>(about.list("targets", Node::text)))));
        }

        private Circumstances.Probe probe() {
            return new Circumstances.Probe(
                    text("source"),
                    text("namespace"),
                    text("pod"),
                    optional("ip").map(Node::text),
                    optional("node").map(Node::text),
                    at("labels").map(),
                    text("serviceAccount"),
                    text("image"),
                    optional("digest").map(Node::text),
                    optional("represents").isEmpty() ? List.of() : list("represents", Node::text));
        }

        private Circumstances.TargetPod targetPod() {
            return new Circumstances.TargetPod(
                    text("namespace"),
                    text("pod"),
                    text("uid"),
                    list("ips", Node::text),
                    optional("node").map(Node::text),
                    at("labels").map());
        }

        /** The checks of a matrix are those of its results and, at their old positions, those without a result. */
        private Matrix matrix(List<CheckResult> results) {
            String name = text("name");
            Location location = location();
            List<Check> checks = new ArrayList<>();
            results.stream()
                    .map(CheckResult::check)
                    .filter(check -> check.matrix().equals(name)
                            && check.location().file().equals(location.file()))
                    .forEach(checks::add);
            SortedMap<Integer, Check> others = new TreeMap<>();
            list("notJudged", Function.identity())
                    .forEach(other -> others.put(
                            other.number("position"), other.at("check").check()));
            others.forEach((position, check) -> checks.add(Math.min(position, checks.size()), check));
            return new Matrix(name, optional("owner").map(Node::text), text("sha256"), checks, location);
        }

        private CheckResult result() {
            Node verdict = at("verdict");
            return new CheckResult(
                    at("check").check(),
                    new Verdict(
                            verdict.word(Verdict.Status.class, "status"),
                            verdict.word(Verdict.Reason.class, "reason"),
                            verdict.text("explanation"),
                            verdict.optional("fix").map(Node::text),
                            verdict.optional("also").isPresent() ? verdict.list("also", Node::also) : List.of()),
                    list("paths", Node::path),
                    seconds("elapsedSeconds"),
                    text("repeat"));
        }

        private Verdict.Also also() {
            return new Verdict.Also(
                    word(Verdict.Reason.class, "reason"),
                    text("explanation"),
                    optional("fix").map(Node::text));
        }

        private Check check() {
            return new Check(
                    text("matrix"),
                    at("source").source(),
                    at("destination").destination(),
                    word(Expectation.class, "expectation"),
                    optional("because").map(Node::text),
                    java.util.Collections.unmodifiableSortedSet(new TreeSet<>(list("tags", Node::text))),
                    word(Check.Origin.class, "origin"),
                    optional("exception").map(Node::terms),
                    location());
        }

        private Check.Terms terms() {
            return new Check.Terms(
                    text("because"),
                    text("owner"),
                    optional("ticket").map(Node::text),
                    at("expires").parsed(ReportReader::date, "a date such as 2027-01-31"));
        }

        private Source source() {
            return new Source(
                    text("name"),
                    text("namespace"),
                    at("identity").identity(),
                    optional("serviceAccount").map(Node::text),
                    word(Source.Liveness.class, "liveness"),
                    word(Placement.class, "placement"),
                    location());
        }

        private Identity identity() {
            if (json.has("labels")) {
                return new Identity.Labels(at("labels").map());
            }
            if (json.has("workload")) {
                return new Identity.Workload(word(WorkloadKind.class, "workload"), text("name"));
            }
            return new Identity.ExistingPod(text("pod"));
        }

        private Destination destination() {
            return new Destination(
                    text("name"),
                    at("target").target(),
                    optional("port").map(Node::port),
                    word(Protocol.class, "protocol"),
                    optional("family").map(family -> family.word(Family.class)),
                    optional("request").map(Node::request).orElse(Destination.Request.NONE),
                    location());
        }

        private PortRef port() {
            return json.isNumber() ? new PortRef.Number(number()) : new PortRef.Name(text());
        }

        private Destination.Request request() {
            return new Destination.Request(
                    optional("path").map(Node::text),
                    optional("status").map(Node::number),
                    optional("query").map(Node::text),
                    optional("send").map(Node::text));
        }

        private Target target() {
            if (json.has("service")) {
                return new Target.Service(text("namespace"), text("service"));
            }
            if (json.has("labels")) {
                return new Target.Pods(text("namespace"), at("labels").map());
            }
            if (json.has("workload")) {
                return new Target.Workload(text("namespace"), word(WorkloadKind.class, "workload"), text("name"));
            }
            if (json.has("pod")) {
                return new Target.Pod(text("namespace"), text("pod"));
            }
            return json.has("host") ? new Target.Host(text("host")) : new Target.Ip(text("ip"));
        }

        private PathObservation path() {
            return new PathObservation(
                    new Path(
                            word(Path.Kind.class, "kind"),
                            optional("sourcePod").map(Node::text),
                            optional("sourceNode").map(Node::text),
                            text("address"),
                            number("port"),
                            optional("targetPod").map(Node::text),
                            optional("targetNode").map(Node::text)),
                    list("history", Node::streak),
                    optional("outcome").map(outcome -> outcome.word(Outcome.class)),
                    word(ControlGrade.class, "control"),
                    optional("controlledBy").map(Node::text));
        }

        private Streak streak() {
            return new Streak(
                    word(Outcome.class, "outcome"),
                    number("attempts"),
                    instant("first"),
                    instant("last"),
                    seconds("slowestSeconds"),
                    text("signal"));
        }

        private Location location() {
            Node location = at("location");
            return new Location(location.text("file"), location.number("line"), location.number("column"));
        }

        private Node at(String field) {
            JsonNode value = json.get(field);
            if (value == null) {
                throw mismatch("\"" + field + "\" is missing");
            }
            return child(field, value);
        }

        private Optional<Node> optional(String field) {
            return Optional.ofNullable(json.get(field)).map(value -> child(field, value));
        }

        private Node child(String field, JsonNode value) {
            return new Node(pointer + "/" + field.replace("~", "~0").replace("/", "~1"), value);
        }

        private <T> List<T> list(String field, Function<Node, T> element) {
            Node array = at(field);
            if (!array.json.isArray()) {
                throw array.mismatch("expected a list");
            }
            List<T> values = new ArrayList<>(array.json.size());
            for (int i = 0; i < array.json.size(); i++) {
                values.add(element.apply(array.child(Integer.toString(i), array.json.get(i))));
                // Read once: the tree of a large report goes as what it says comes.
                ((ArrayNode) array.json).setNull(i);
            }
            return values;
        }

        private Map<String, String> map() {
            Map<String, String> values = new LinkedHashMap<>();
            json.properties()
                    .forEach(field -> values.put(
                            field.getKey(),
                            child(field.getKey(), field.getValue()).text()));
            return values;
        }

        private String text(String field) {
            return at(field).text();
        }

        private String text() {
            if (!json.isTextual()) {
                throw mismatch("expected a string");
            }
            return json.textValue();
        }

        private int number(String field) {
            return at(field).number();
        }

        private int number() {
            // Counts, ports, lines and columns: none of them is below zero.
            if (!json.isInt() || json.intValue() < 0) {
                throw mismatch("expected a whole number from 0 to " + Integer.MAX_VALUE);
            }
            return json.intValue();
        }

        private Duration seconds(String field) {
            Node value = at(field);
            if (!value.json.isNumber()) {
                throw value.mismatch("expected seconds, as a number");
            }
            BigDecimal seconds = value.json.decimalValue();
            // Not even to be converted: a number of a few characters can have a thousand million digits.
            if (seconds.signum() < 0 || seconds.scale() > MOST_DECIMALS || seconds.compareTo(MOST_SECONDS) > 0) {
                throw value.mismatch("expected seconds, as a number from 0 to " + MOST_SECONDS);
            }
            return Duration.ofNanos(seconds.movePointRight(9).longValue());
        }

        private Instant instant(String field) {
            return at(field).parsed(ReportReader::instant, "a time such as 2026-11-21T03:00:00.000Z");
        }

        private <T> T parsed(Function<String, T> parser, String expected) {
            String text = text();
            try {
                return parser.apply(text);
            } catch (DateTimeException e) {
                throw mismatch("\"" + text + "\" is not " + expected);
            }
        }

        private <E extends Enum<E>> E word(Class<E> type, String field) {
            return at(field).word(type);
        }

        private <E extends Enum<E>> E word(Class<E> type) {
            String text = text();
            for (E value : type.getEnumConstants()) {
                if (value.name().equals(text)) {
                    return value;
                }
            }
            throw mismatch("\"" + text + "\" is none of " + List.of(type.getEnumConstants()));
        }

        private Mismatch mismatch(String problem) {
            return new Mismatch((pointer.isEmpty() ? "/" : pointer) + ": " + problem);
        }
    }
}
