package dev.netproof.report;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances.About;
import dev.netproof.model.Circumstances.Policy;
import dev.netproof.model.Circumstances.TargetPod;
import dev.netproof.model.Enforcement;
import dev.netproof.model.Exit;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Report;
import dev.netproof.model.Source;
import dev.netproof.model.Verdict.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What became different from one run to a later one. Above 400 lines: the kinds of change are records and enums in it.
 *
 * @param changes of checks, in the order of the later run's matrices; those that are gone last
 * @param policies that are not what they were, each with the changes of checks that it is about
 * @param unexplained changes of checks about which no policy changed
 * @param surroundings what else is different: the cluster, its nodes, its network plug-in, the targets, the matrices
 * @param same how many checks say the same in both runs
 */
public record Comparison(
        Report before,
        Report after,
        List<Change> changes,
        List<PolicyChange> policies,
        List<Change> unexplained,
        List<String> surroundings,
        int same) {
    public Comparison {
        changes = List.copyOf(changes);
        policies = List.copyOf(policies);
        unexplained = List.copyOf(unexplained);
        surroundings = List.copyOf(surroundings);
    }

    /** What became of a check. The worst last, so that it is last on a screen. */
    public enum Kind {
        /** The later run did not check it. */
        GONE("no longer checked"),
        /** The earlier run did not check it; it is not violated. */
        ADDED("new"),
        /** The matrix expects something else now, and that is not violated. */
        EXPECTATION_CHANGED("expectation changed"),
        /** It was not proved, and now it holds. */
        PROVED("now proved"),
        /** It was violated, and now it holds. */
        FIXED("fixed"),
        /** It changed its mind while it was looked at, in the later run. */
        FLAPPING("flapping"),
        /** It was violated and still is. */
        STILL_VIOLATED("still violated"),
        /** It was judged, and now nothing is proved. */
        NO_LONGER_PROVED("no longer proved"),
        /** It is violated, and was not. */
        NEW_VIOLATION("new violation");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** What people call it. */
        public String word() {
            return word;
        }
    }

    /** What became of an edge of the network, whatever is expected of it. */
    public enum Movement {
        OPENED,
        CLOSED,
        NONE
    }

    /** One check that is not what it was. One of the results is there at least. */
    public record Change(Kind kind, Movement movement, Optional<CheckResult> before, Optional<CheckResult> after) {
        /** The check of the later run, or else of the earlier one. */
        public Check check() {
            return after.or(() -> before).orElseThrow().check();
        }
    }

    /**
     * One policy that is not what it was.
     *
     * @param edges the changed checks that it is about
     * @param about whether that is known, or only possible because its selectors are not computed
     */
    public record PolicyChange(
            How how, Optional<Policy> before, Optional<Policy> after, List<Change> edges, Attribution about) {
        public PolicyChange {
            edges = List.copyOf(edges);
        }

        /** The policy in its later version, or else in its last. */
        public Policy policy() {
            return after.or(() -> before).orElseThrow();
        }
    }

    /** What became of a policy. */
    public enum How {
        CREATED("was created"),
        DELETED("was deleted"),
        /** It says something else. */
        CHANGED("changed");

        private final String words;

        How(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /** How a changed check is brought together with a policy. */
    public enum Attribution {
        /** The policy selects the check's source or one of its targets. */
        SELECTED,
        /** Whom the policy selects is not computed; the checks are those that no other changed policy is about. */
        POSSIBLE
    }

    /** Compares two runs. They may have different matrices and clusters; the differences are listed. */
    public static Comparison of(Report before, Report after) {
        Map<String, CheckResult> old = byKey(before);
        Map<String, CheckResult> now = byKey(after);
        List<Change> changes = new ArrayList<>();
        int same = 0;
        for (Map.Entry<String, CheckResult> entry : now.entrySet()) {
            Optional<CheckResult> was = Optional.ofNullable(old.get(entry.getKey()));
            Optional<Change> change = change(was, entry.getValue());
            change.ifPresent(changes::add);
            same += change.isEmpty() ? 1 : 0;
        }
        old.forEach((key, was) -> {
            if (!now.containsKey(key)) {
                changes.add(new Change(Kind.GONE, Movement.NONE, Optional.of(was), Optional.empty()));
            }
        });
        // What is only asked or no longer asked says nothing about the network.
        List<Change> moved = changes.stream()
                .filter(change -> change.before().isPresent() && change.after().isPresent())
                .filter(change -> change.movement() != Movement.NONE
                        || change.kind() == Kind.NEW_VIOLATION
                        || change.kind() == Kind.FIXED)
                .toList();
        List<PolicyChange> policies = policies(before, after, moved);
        Set<Change> explained = new HashSet<>();
        policies.forEach(policy -> explained.addAll(policy.edges()));
        return new Comparison(
                before,
                after,
                changes,
                policies,
                moved.stream().filter(change -> !explained.contains(change)).toList(),
                Surroundings.differences(before, after),
                same);
    }

    /** Checks by matrix and pair, which stay the same when lines move; the same pair twice in the order of the file. */
    private static Map<String, CheckResult> byKey(Report report) {
        Map<String, CheckResult> results = new LinkedHashMap<>();
        Map<String, Integer> seen = new HashMap<>();
        for (CheckResult result : report.results()) {
            Check check = result.check();
            if (result.verdict().status() == Status.SKIPPED) {
                continue;
            }
            String key = check.matrix() + '\n' + check.origin().equals(Check.Origin.GUARD) + '\n' + check.id();
            int number = seen.merge(key, 1, Integer::sum);
            results.put(number == 1 ? key : key + '\n' + number, result);
        }
        return results;
    }

    private static Optional<Change> change(Optional<CheckResult> before, CheckResult after) {
        Movement movement = before.map(was -> movement(Observed.of(was), Observed.of(after)))
                .orElse(Movement.NONE);
        return kind(before, after).map(kind -> new Change(kind, movement, before, Optional.of(after)));
    }

    private static Optional<Kind> kind(Optional<CheckResult> before, CheckResult after) {
        Status now = after.verdict().status();
        Optional<Status> was = before.map(result -> result.verdict().status());
        if (now == Status.FAIL) {
            return Optional.of(was.filter(Status.FAIL::equals).isPresent() ? Kind.STILL_VIOLATED : Kind.NEW_VIOLATION);
        }
        if (Observed.isFlapping(after)) {
            return Optional.of(
                    now != Status.PASS && was.filter(Comparison::isProof).isPresent()
                            ? Kind.NO_LONGER_PROVED
                            : Kind.FLAPPING);
        }
        if (before.isEmpty()) {
            return Optional.of(Kind.ADDED);
        }
        if (!before.get().check().expectation().equals(after.check().expectation())) {
            return Optional.of(isProof(now) ? Kind.EXPECTATION_CHANGED : Kind.NO_LONGER_PROVED);
        }
        if (was.get() == now) {
            return Optional.empty();
        }
        if (isProof(now)) {
            return Optional.of(was.get() == Status.FAIL ? Kind.FIXED : Kind.PROVED);
        }
        return isProof(was.get()) ? Optional.of(Kind.NO_LONGER_PROVED) : Optional.empty();
    }

    private static boolean isProof(Status status) {
        return status == Status.PASS || status == Status.FAIL;
    }

    private static Movement movement(Observed before, Observed after) {
        if (before == after || before == Observed.UNKNOWN || after == Observed.UNKNOWN) {
            return Movement.NONE;
        }
        return after.compareTo(before) < 0 ? Movement.OPENED : Movement.CLOSED;
    }

    private static List<PolicyChange> policies(Report before, Report after, List<Change> moved) {
        Map<String, Policy> old = policies(before);
        Map<String, Policy> now = policies(after);
        List<PolicyChange> selected = new ArrayList<>();
        List<PolicyChange> possible = new ArrayList<>();
        for (String key : Stream.of(old, now)
                .flatMap(found -> found.keySet().stream())
                .distinct()
                .sorted()
                .toList()) {
            Optional<Policy> was = Optional.ofNullable(old.get(key));
            Optional<Policy> is = Optional.ofNullable(now.get(key));
            if (was.map(Policy::sha256).equals(is.map(Policy::sha256))) {
                continue;
            }
            How how = was.isEmpty() ? How.CREATED : is.isEmpty() ? How.DELETED : How.CHANGED;
            List<About> abouts = Stream.of(was, is)
                    .flatMap(Optional::stream)
                    .flatMap(policy -> policy.about().stream())
                    .toList();
            if (abouts.isEmpty()) {
                possible.add(new PolicyChange(how, was, is, List.of(), Attribution.POSSIBLE));
            } else {
                List<Change> edges = moved.stream()
                        .filter(change -> selects(was, before, change) || selects(is, after, change))
                        .toList();
                selected.add(new PolicyChange(how, was, is, edges, Attribution.SELECTED));
            }
        }
        Set<Change> explained = new HashSet<>();
        selected.forEach(policy -> explained.addAll(policy.edges()));
        List<Change> rest =
                moved.stream().filter(change -> !explained.contains(change)).toList();
        possible.forEach(policy ->
                selected.add(new PolicyChange(policy.how(), policy.before(), policy.after(), rest, policy.about())));
        return selected.stream()
                .sorted(Comparator.comparing(
                                (PolicyChange change) -> change.edges().isEmpty() ? 1 : 0)
                        .thenComparing(PolicyChange::about))
                .toList();
    }

    private static Map<String, Policy> policies(Report report) {
        Map<String, Policy> policies = new TreeMap<>();
        report.circumstances()
                .policies()
                .forEach(policy ->
                        policies.put(policy.apiVersion().replaceFirst("/.*", "") + " " + policy.title(), policy));
        return policies;
    }

    /**
     * Whether a version of a policy is about the source or a target of a check, in the run that recorded it or in the other: what a
     * deleted policy selected is known from before alone. Names go with their namespace: another one may have a pod of the same.
     */
    private static boolean selects(Optional<Policy> policy, Report recorded, Change change) {
        if (policy.isEmpty() || policy.get().about().isEmpty()) {
            return false;
        }
        About about = policy.get().about().get();
        Optional<String> namespace = policy.get().namespace();
        Source source = change.check().source();
        if (about.sources().contains(source.name())
                && namespace.map(source.namespace()::equals).orElse(true)) {
            return true;
        }
        return Stream.of(change.before(), change.after())
                .flatMap(Optional::stream)
                .flatMap(result -> result.paths().stream())
                .map(PathObservation::path)
                .anyMatch(path -> path.targetPod()
                        .filter(pod -> about.targets().contains(pod))
                        .filter(pod -> namespace
                                .map(its -> isIn(its, pod, path.address(), recorded))
                                .orElse(true))
                        .isPresent());
    }

    /** Whether the pod behind an address can be the one of that name in a namespace; where nothing is recorded of it, it can. */
    private static boolean isIn(String namespace, String pod, String address, Report recorded) {
        List<TargetPod> namesakes = recorded.circumstances().targets().stream()
                .filter(target -> target.name().equals(pod))
                .toList();
        List<TargetPod> there = namesakes.stream()
                .filter(target -> target.ips().contains(address))
                .toList();
        return (there.isEmpty() ? namesakes : there)
                        .stream().anyMatch(target -> target.namespace().equals(namespace))
                || namesakes.isEmpty();
    }

    /** The changes of one kind. */
    public List<Change> of(Kind kind) {
        return changes.stream().filter(change -> change.kind() == kind).toList();
    }

    /**
     * What a gate goes by: whether the later run is worse. The first that applies of 5 (it judged nothing, or ended early), 4 (it
     * enforces less), 1 (new violations), 3 (something is no longer proved), 0.
     */
    public Exit exit() {
        boolean judged = after.results().stream()
                        .anyMatch(result -> isProof(result.verdict().status()))
                || after.enforcement().isPresent();
        if (!judged || after.breakage().isPresent()) {
            return Exit.NOT_JUDGED;
        }
        if (enforcesLess()) {
            return Exit.NOT_ENFORCING;
        }
        if (!of(Kind.NEW_VIOLATION).isEmpty()) {
            return Exit.VIOLATIONS;
        }
        return of(Kind.NO_LONGER_PROVED).isEmpty() ? Exit.CONFORMS : Exit.INCONCLUSIVE;
    }

    /** Without an earlier look, enforcement is taken to have been there. */
    private boolean enforcesLess() {
        Enforcement.Verdict was = before.enforcement().map(Enforcement::verdict).orElse(Enforcement.Verdict.ENFORCED);
        return after.enforcement()
                .map(Enforcement::verdict)
                .filter(is -> rank(is) > rank(was))
                .isPresent();
    }

    /** What is inconclusive is no proof that enforcement went away. */
    private static int rank(Enforcement.Verdict verdict) {
        return switch (verdict) {
            case ENFORCED, INCONCLUSIVE -> 0;
            case PARTIAL -> 1;
            case NOT_ENFORCED -> 2;
        };
    }

    /** "2 new violations, 1 fixed, 19 the same". */
    String headline() {
        List<String> parts = new ArrayList<>();
        List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
        java.util.Collections.reverse(kinds);
        for (Kind kind : kinds) {
            int count = of(kind).size();
            if (count > 0) {
                parts.add(count + " " + kind.word() + (kind == Kind.NEW_VIOLATION && count > 1 ? "s" : ""));
            }
        }
        if (same > 0) {
            parts.add(same + " the same");
        }
        String moved = String.join(", ", parts);
        return switch (exit()) {
            case NOT_JUDGED -> "The later run judged nothing, or ended early" + (moved.isEmpty() ? "" : ": " + moved);
            case NOT_ENFORCING -> "Policies are enforced less than before" + (moved.isEmpty() ? "" : "; " + moved);
            default -> parts.isEmpty() ? "Nothing to compare" : capital(moved);
        };
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    /** "exit 0: not worse". */
    String exitWords() {
        Exit exit = exit();
        return "exit " + exit.code() + ": "
                + switch (exit) {
                    case CONFORMS -> "not worse";
                    case VIOLATIONS -> "new violations";
                    case INCONCLUSIVE -> "something is no longer proved";
                    case NOT_ENFORCING -> "enforced less than before";
                    default -> exit.meaning();
                };
    }

    Sign sign() {
        return switch (exit()) {
            case CONFORMS -> Sign.AS_EXPECTED;
            case INCONCLUSIVE -> Sign.INCONCLUSIVE;
            case NOT_JUDGED -> Sign.NOT_JUDGED;
            default -> Sign.VIOLATION;
        };
    }

    /** "was stopped, is open": the change on the wire, or in the verdict if the wire says nothing. */
    static String remark(Change change) {
        String was = change.before().map(Comparison::state).orElse("not checked");
        String is = change.after().map(Comparison::state).orElse("not checked");
        return Objects.equals(was, is) ? is : "was " + was + ", is " + is;
    }

    private static String state(CheckResult result) {
        String word = new Entry(result.check(), Optional.of(result)).remark();
        return switch (result.verdict().status()) {
            case PASS -> result.check().expectation().participle();
            case FAIL, INCONCLUSIVE, UNTESTABLE, SKIPPED -> word;
        };
    }
}
