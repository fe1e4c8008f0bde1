package dev.netproof.matrix;

import dev.netproof.model.Check;
import dev.netproof.model.Check.Origin;
import dev.netproof.model.Check.Terms;
import dev.netproof.model.Destination;
import dev.netproof.model.Expectation;
import dev.netproof.model.Matrix;
import dev.netproof.model.Source;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Reads one document that is, or was meant to be, a matrix. */
final class DocumentReader {
    static final String API_GROUP = "netproof.dev/";
    static final String API_VERSION = API_GROUP + "v1";
    static final String KIND = "ConnectivityMatrix";

    /** Two weeks: enough time to change a rule before its exception fails the nightly run. */
    private static final int WARN_DAYS = 14;

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);

    private final LocalDate today;
    private final String fallbackNamespace;
    private final Diagnostics findings;
    private final YamlDocument document;
    private final Demand.OfDocument demand;

    DocumentReader(LocalDate today, String fallbackNamespace, YamlDocument document, Demand demand) {
        this.today = today;
        this.fallbackNamespace = fallbackNamespace;
        this.findings = document.findings();
        this.document = document;
        this.demand = demand.in(findings);
    }

    /** The matrix, unless something in it is wrong; that is in the document's findings then. */
    Optional<Matrix> read() {
        if (!(document.root() instanceof YamlNode.Mapping root) || !isMatrix(root)) {
            return Optional.empty();
        }
        Fields fields = new Fields(findings, root, "a matrix", Keys.MATRIX);
        Optional<Fields> metadata =
                fields.node("metadata").flatMap(node -> Fields.of(findings, node, "\"metadata\"", Keys.METADATA));
        String name = metadata.flatMap(this::name).orElseGet(this::nameOfFile);
        Optional<String> owner = metadata.flatMap(known -> known.text("owner")).map(Text::value);
        Optional<Fields> defaults =
                fields.node("defaults").flatMap(node -> Fields.of(findings, node, "\"defaults\"", Keys.DEFAULTS));
        String namespace = defaults.flatMap(
                        known -> new DefinitionReader(findings, fallbackNamespace, demand).namespace(known))
                .orElse(fallbackNamespace);
        SortedSet<String> tags = defaults.map(known -> known.words("tags")).orElseGet(TreeSet::new);

        DefinitionReader definitions = new DefinitionReader(findings, namespace, demand);
        Names<Source> sources = definitions.sources(fields.node("sources"));
        Names<Destination> destinations = definitions.destinations(fields.node("destinations"));
        References references = new References(findings, namespace, sources, destinations, demand);

        List<Claim> rules = new ArrayList<>();
        List<Claim> exceptions = new ArrayList<>();
        for (YamlNode item : fields.items("checks")) {
            Fields.of(findings, item, "a check", Keys.CHECK)
                    .ifPresent(check -> rules.addAll(check(name, check, tags, references)));
        }
        fields.node("grid").ifPresent(grid -> rules.addAll(grid(name, grid, tags, references)));
        for (YamlNode item : fields.items("exceptions")) {
            Fields.of(findings, item, "an exception", Keys.EXCEPTION)
                    .ifPresent(exception -> exceptions.addAll(exception(name, exception, tags, references)));
        }
        List<Check> checks = new Claims(findings, today, demand).settle(rules, exceptions);
        demand.conclude();
        if (checks.isEmpty() && !findings.hasErrors()) {
            findings.add(root.span().part(0, 1), Problems.nothingToCheck());
        }
        // With a mistake elsewhere the one that uses it may be the mistyped one.
        if (!findings.hasErrors()) {
            sources.unused().forEach(one -> findings.add(one.span(), Problems.unused("source", one.value())));
            destinations.unused().forEach(one -> findings.add(one.span(), Problems.unused("destination", one.value())));
        }
        return findings.hasErrors()
                ? Optional.empty()
                : Optional.of(new Matrix(
                        name,
                        owner,
                        findings.file().sha256(),
                        checks,
                        warnings(),
                        findings.file().location(root.span())));
    }

    /** Warnings for the report, where there is no line to point at. */
    private List<String> warnings() {
        return findings.diagnostics().stream()
                .map(warning -> warning.location() + ": " + warning.problem())
                .toList();
    }

    private boolean isMatrix(YamlNode.Mapping root) {
        Optional<YamlNode.Entry> apiVersion = entry(root, "apiVersion");
        Optional<YamlNode.Entry> kind = entry(root, "kind");
        if (apiVersion.isEmpty() || kind.isEmpty()) {
            findings.add(
                    root.span().part(0, 1),
                    apiVersion.isEmpty() && kind.isEmpty()
                            ? Problems.notAMatrix()
                            : Problems.missingHead(
                                    apiVersion.isEmpty() ? "apiVersion: " + API_VERSION : "kind: " + KIND));
            return false;
        }
        String version = scalar(apiVersion.get());
        String written = scalar(kind.get());
        if (!version.startsWith(API_GROUP) && !written.equals(KIND)) {
            findings.add(kind.get().value().span(), Problems.anotherKind(version, written));
            return false;
        }
        if (!version.equals(API_VERSION)) {
            findings.add(apiVersion.get().value().span(), Problems.wrongApiVersion(version, API_VERSION));
        }
        if (!written.equals(KIND)) {
            findings.add(kind.get().value().span(), Problems.wrongKind(written, KIND));
        }
        return true;
    }

    private static Optional<YamlNode.Entry> entry(YamlNode.Mapping root, String key) {
        return root.entries().stream()
                .filter(entry -> entry.key().value().equals(key))
                .findFirst();
    }

    private static String scalar(YamlNode.Entry entry) {
        return entry.value() instanceof YamlNode.Scalar scalar ? scalar.value() : "";
    }

    private Optional<String> name(Fields metadata) {
        return metadata.text("name").flatMap(text -> {
            if (text.value().matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}")) {
                return Optional.of(text.value());
            }
            findings.add(text.span(), Problems.badMatrixName(text.value()));
            return Optional.empty();
        });
    }

    /** The file's base name; a second document without a name gets its number, so that names stay distinct. */
    private String nameOfFile() {
        String file = findings.file().name();
        String base = file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)
                .replaceFirst("\\.ya?ml$", "")
                .replaceAll("[^A-Za-z0-9._-]", "-");
        return document.number() == 1 ? base : base + "-" + document.number();
    }

    private List<Claim> check(String matrix, Fields fields, SortedSet<String> tags, References references) {
        Optional<Expectation> expectation = expectation("a check", fields);
        Optional<String> because = fields.text("because").map(Text::value);
        return expand(
                matrix, fields, "a check", tags, references, expectation, because, Origin.CHECKS, Optional.empty());
    }

    private List<Claim> exception(String matrix, Fields fields, SortedSet<String> tags, References references) {
        Optional<Expectation> expectation = expectation("an exception", fields);
        fields.require("an exception", "because", "because: the provider moves to new addresses");
        fields.require("an exception", "owner", "owner: orders-team");
        fields.require("an exception", "expires", "expires: " + today.plusMonths(3));
        Optional<String> because = fields.text("because").map(Text::value);
        Optional<String> owner = fields.text("owner").map(Text::value);
        Optional<String> ticket = fields.text("ticket").map(Text::value);
        Optional<LocalDate> expires = expires(fields);
        Optional<Terms> terms = because.isEmpty() || owner.isEmpty() || expires.isEmpty()
                ? Optional.empty()
                : Optional.of(new Terms(because.get(), owner.get(), ticket, expires.get()));
        List<Claim> claims =
                expand(matrix, fields, "an exception", tags, references, expectation, because, Origin.EXCEPTION, terms);
        return terms.isEmpty() ? List.of() : claims;
    }

    private Optional<LocalDate> expires(Fields fields) {
        return fields.text("expires").flatMap(text -> {
            try {
                LocalDate date = LocalDate.parse(text.value(), DATE);
                if (today.isAfter(date)) {
                    findings.add(text.span(), Problems.exceptionExpired(date, today));
                } else if (!today.plusDays(WARN_DAYS).isBefore(date)) {
                    findings.add(text.span(), Problems.exceptionExpiresSoon(date, today));
                }
                return Optional.of(date);
            } catch (DateTimeException noDate) {
                findings.add(text.span(), Problems.badDate(text.value()));
                return Optional.empty();
            }
        });
    }

    private Optional<Expectation> expectation(String owner, Fields fields) {
        if (!fields.require(owner, "expect", "expect: deny")) {
            return Optional.empty();
        }
        return fields.word("expect").flatMap(word -> {
            Optional<Expectation> expectation = Expectations.of(word.value());
            if (expectation.isEmpty()) {
                findings.add(word.span(), Problems.unknownExpectation(word.value()));
            }
            return expectation;
        });
    }

    private List<Claim> expand(
            String matrix,
            Fields fields,
            String owner,
            SortedSet<String> defaultTags,
            References references,
            Optional<Expectation> expectation,
            Optional<String> because,
            Origin origin,
            Optional<Terms> terms) {
        fields.require(owner, "from", "from: deploy/storefront");
        fields.require(owner, "to", "to: svc/catalog");
        SortedSet<String> tags = new TreeSet<>(defaultTags);
        tags.addAll(fields.words("tags"));
        List<Text> from = fields.oneOrMore("from");
        List<Text> to = fields.oneOrMore("to");
        List<Optional<Source>> sources = from.stream().map(references::source).toList();
        List<Optional<Destination>> destinations =
                to.stream().map(references::destination).toList();
        List<Claim> claims = new ArrayList<>();
        if (!demand.admits((long) from.size() * to.size(), fields.firstKey())) {
            return claims;
        }
        for (int s = 0; s < from.size(); s++) {
            for (int d = 0; d < to.size(); d++) {
                if (sources.get(s).isPresent() && destinations.get(d).isPresent() && expectation.isPresent()) {
                    // A list may span lines: then the item's line is what a person means, else the entry's first.
                    Span place = to.size() > 1
                            ? to.get(d).span()
                            : from.size() > 1 ? from.get(s).span() : fields.firstKey();
                    Check check = new Check(
                            matrix,
                            sources.get(s).get(),
                            destinations.get(d).get(),
                            expectation.get(),
                            because,
                            tags,
                            origin,
                            terms,
                            findings.file().location(place));
                    claims.add(new Claim(check, fields.valueSpan("expect")));
                }
            }
        }
        return claims;
    }

    private List<Claim> grid(String matrix, YamlNode grid, SortedSet<String> tags, References references) {
        List<Grid.Cell> cells = new Grid(findings, references).read(grid);
        return demand.admits(
                        cells.size(),
                        cells.isEmpty() ? grid.span() : cells.get(0).span())
                ? cells.stream().map(cell -> claim(matrix, cell, tags)).toList()
                : List.of();
    }

    private Claim claim(String matrix, Grid.Cell cell, SortedSet<String> tags) {
        return new Claim(
                new Check(
                        matrix,
                        cell.source(),
                        cell.destination(),
                        cell.expectation(),
                        Optional.empty(),
                        tags,
                        Origin.GRID,
                        Optional.empty(),
                        findings.file().location(cell.span())),
                cell.span());
    }
}
