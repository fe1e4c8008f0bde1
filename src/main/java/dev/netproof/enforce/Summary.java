package dev.netproof.enforce;

import dev.netproof.model.Enforcement;
import dev.netproof.model.Enforcement.Capability;
import dev.netproof.model.Enforcement.Denial;
import dev.netproof.model.Enforcement.Direction;
import dev.netproof.model.Enforcement.Kind;
import dev.netproof.model.Enforcement.Measure;
import dev.netproof.model.Enforcement.Metric;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import dev.netproof.model.Enforcement.Unseen;
import dev.netproof.model.Enforcement.Verdict;
import dev.netproof.model.Exit;
import dev.netproof.model.Family;
import dev.netproof.model.Outcome;
import dev.netproof.model.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** From rows to what all of them come to. Pure. */
final class Summary {
    private final String cluster;
    private final Profile profile;
    private final List<Capability> capabilities;
    private final List<Row> all;
    /** Those that decide: what the specification leaves open does not, whatever became of it. */
    private final List<Row> rows;

    Summary(String cluster, Profile profile, List<Capability> capabilities, List<Row> all) {
        this.cluster = cluster;
        this.profile = profile;
        this.capabilities = List.copyOf(capabilities);
        this.all = List.copyOf(all);
        Set<String> open = capabilities.stream()
                .filter(one -> one.kind() == Kind.INFORMATION)
                .map(Capability::id)
                .collect(Collectors.toSet());
        this.rows = all.stream().filter(row -> !open.contains(row.capability())).toList();
    }

    static Verdict verdict(List<Row> rows) {
        // What holds in one family of addresses is enforced there.
        boolean enforced = any(rows, Status.ENFORCED)
                || rows.stream().anyMatch(row -> Families.open(row.reason()).isPresent());
        if (any(rows, Status.NOT_ENFORCED)) {
            return enforced ? Verdict.PARTIAL : Verdict.NOT_ENFORCED;
        }
        return enforced && !any(rows, Status.INCONCLUSIVE) ? Verdict.ENFORCED : Verdict.INCONCLUSIVE;
    }

    private static boolean any(List<Row> rows, Status status) {
        return rows.stream().anyMatch(row -> row.status() == status);
    }

    private static boolean isBasic(Row row) {
        return Catalogue.isFoundation(row.capability());
    }

    static Exit exit(Verdict verdict) {
        return switch (verdict) {
            case ENFORCED -> Exit.CONFORMS;
            case NOT_ENFORCED, PARTIAL -> Exit.NOT_ENFORCING;
            case INCONCLUSIVE -> Exit.INCONCLUSIVE;
        };
    }

    Enforcement enforcement(List<Denied> denials, List<Unseen> unseen) {
        Verdict verdict = verdict(rows);
        return new Enforcement(
                verdict,
                headline(verdict),
                advice(verdict),
                profile,
                capabilities,
                all,
                measures(),
                looks(denials),
                unseen);
    }

    private String headline(Verdict verdict) {
        List<Row> bad = with(Status.NOT_ENFORCED);
        return switch (verdict) {
            case ENFORCED ->
                "enforced: " + cluster + " does what its network policies say, " + directions(with(Status.ENFORCED))
                        + ", on " + nodes(with(Status.ENFORCED)) + unproved();
            case NOT_ENFORCED ->
                "NOT ENFORCED: " + cluster + " "
                        // That nothing enforces is said where that was proved everywhere.
                        + (with(Status.INCONCLUSIVE).stream().anyMatch(Summary::isBasic)
                                ? "is not enforcing network policy on " + places(bad)
                                : "stores network policies and nothing enforces them (" + places(bad) + ")")
                        + unproved();
            case PARTIAL -> "PARTIAL: " + cluster + " " + partial(bad) + unproved();
            case INCONCLUSIVE -> "INCONCLUSIVE: " + inconclusive();
        };
    }

    private String inconclusive() {
        Optional<Row> first = with(Status.INCONCLUSIVE).stream().findFirst();
        String why = first.map(row -> ": " + row.seen()).orElse(": there was nothing that could be tested");
        // What was seen denied in one family of addresses is something.
        boolean nothing = rows.stream().allMatch(row -> row.denied().isEmpty());
        if ((with(Status.ENFORCED).isEmpty() && nothing) || first.isEmpty()) {
            return "nothing was proved on " + cluster + why;
        }
        return "not everything was proved on " + cluster + "; "
                + title(first.get().capability()) + " on " + places(List.of(first.get())) + why;
    }

    private String unproved() {
        List<Row> open = with(Status.INCONCLUSIVE);
        return open.isEmpty() ? "" : "; not proved: " + places(open);
    }

    /** A node that enforces nothing in a direction is said first; a capability that is missing everywhere is said by its name. */
    private String partial(List<Row> bad) {
        List<Row> basic = bad.stream().filter(Summary::isBasic).toList();
        if (!basic.isEmpty()) {
            List<Row> good = with(Status.ENFORCED).stream()
                    .filter(row -> basic.stream()
                            .noneMatch(one -> one.node().equals(row.node()) && one.direction() == row.direction()))
                    .toList();
            return "is not enforcing network policy " + byFamily(basic)
                    + (good.isEmpty()
                            ? ""
                            : "; " + places(good)
                                    + (nodes(good).equals(good.get(0).node()) ? " does" : " do"));
        }
        Map<String, List<Row>> missing =
                bad.stream().collect(Collectors.groupingBy(Row::capability, LinkedHashMap::new, Collectors.toList()));
        return "enforces network policy, but not all of it: "
                + missing.entrySet().stream()
                        .map(entry -> title(entry.getKey()) + " " + byFamily(entry.getValue()))
                        .collect(Collectors.joining("; "));
    }

    /** "on node1 (ingress)", "over IPv6 on node2 (egress), where over IPv4 it does": where it is missing. */
    private static String byFamily(List<Row> bad) {
        Map<Optional<Family>, List<Row>> families = new LinkedHashMap<>();
        families.put(Optional.empty(), new ArrayList<>());
        bad.forEach(row -> families.computeIfAbsent(Families.open(row.reason()), f -> new ArrayList<>())
                .add(row));
        return families.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .map(entry -> entry.getKey()
                        .map(family -> Families.over(family) + " on " + places(entry.getValue()) + ", where "
                                + Families.over(Families.other(family)) + " it does")
                        .orElseGet(() -> "on " + places(entry.getValue())))
                .collect(Collectors.joining(", and "));
    }

    private String title(String id) {
        return capabilities.stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .map(Capability::title)
                .orElse(id);
    }

    private Optional<String> advice(Verdict verdict) {
        Status worst = verdict == Verdict.INCONCLUSIVE ? Status.INCONCLUSIVE : Status.NOT_ENFORCED;
        if (verdict == Verdict.NOT_ENFORCED
                && with(worst).stream().allMatch(row -> row.reason() == Reason.LETS_THROUGH)) {
            return Optional.of(
                    "install a policy engine, or find out why the network plugin's own does not work: see its pods' logs on "
                            + nodes(with(worst)));
        }
        return with(worst).stream().flatMap(row -> row.fix().stream()).findFirst();
    }

    private List<Row> with(Status status) {
        return rows.stream().filter(row -> row.status() == status).toList();
    }

    private static String directions(List<Row> rows) {
        return rows.stream().map(row -> row.direction().word()).distinct().collect(Collectors.joining(" and "));
    }

    private static String nodes(List<Row> rows) {
        return listed(rows.stream().map(Row::node).distinct().toList());
    }

    private static String listed(List<String> words) {
        if (words.size() > 4) {
            return String.join(", ", words.subList(0, 3)) + " and " + (words.size() - 3) + " more";
        }
        return words.size() < 2
                ? String.join("", words)
                : String.join(", ", words.subList(0, words.size() - 1)) + " and " + words.get(words.size() - 1);
    }

    /** "node1 and node2 (ingress and egress)", "node2 (ingress), node3 (egress)". */
    static String places(List<Row> rows) {
        Map<String, Set<Direction>> places = new LinkedHashMap<>();
        rows.forEach(row ->
                places.computeIfAbsent(row.node(), n -> new LinkedHashSet<>()).add(row.direction()));
        Map<String, List<String>> alike = new LinkedHashMap<>();
        places.forEach((node, directions) -> alike.computeIfAbsent(
                        java.util.Arrays.stream(Direction.values())
                                .filter(directions::contains)
                                .map(Direction::word)
                                .collect(Collectors.joining(" and ")),
                        k -> new ArrayList<>())
                .add(node));
        return alike.entrySet().stream()
                .map(entry -> listed(entry.getValue()) + " (" + entry.getKey() + ")")
                .collect(Collectors.joining(", "));
    }

    private List<Measure> measures() {
        List<Measure> measures = new ArrayList<>();
        measures.addAll(measured(
                Metric.TIME_TO_DENY,
                row -> row.denied().filter(time -> !Catalogue.isAboutFreshPods(row.capability()))));
        measures.addAll(measured(Metric.TIME_TO_ALLOW, Row::allowed));
        measures.addAll(measured(
                Metric.START_UP_WINDOW,
                row -> row.denied().filter(time -> Catalogue.isAboutFreshPods(row.capability()))));
        return measures;
    }

    private List<Measure> measured(Metric metric, Function<Row, Optional<Duration>> figure) {
        Map<String, List<Duration>> found = new LinkedHashMap<>();
        rows.forEach(row -> figure.apply(row)
                .ifPresent(time -> found.computeIfAbsent(row.node(), n -> new ArrayList<>())
                        .add(time)));
        List<Measure> measures = new ArrayList<>();
        found.forEach((node, times) -> measures.add(measure(metric, node, times)));
        return measures;
    }

    static Measure measure(Metric metric, String node, Collection<Duration> times) {
        List<Duration> sorted = times.stream().sorted().toList();
        return new Measure(
                metric, node, sorted.get((sorted.size() - 1) / 2), sorted.get(sorted.size() - 1), sorted.size());
    }

    /** Denied attempts of one row. */
    record Denied(String node, Direction direction, List<Sample> samples) {}

    private record Look(String node, Direction direction, Outcome outcome) {}

    private static List<Denial> looks(List<Denied> denials) {
        Map<Look, List<Sample>> looks = new LinkedHashMap<>();
        denials.forEach(one -> one.samples()
                .forEach(sample -> looks.computeIfAbsent(
                                new Look(one.node(), one.direction(), sample.outcome()), k -> new ArrayList<>())
                        .add(sample)));
        List<Denial> found = new ArrayList<>();
        looks.forEach((look, samples) -> found.add(new Denial(
                look.node(),
                look.direction(),
                look.outcome(),
                samples.get(samples.size() - 1).signal(),
                samples.size())));
        return found;
    }
}
