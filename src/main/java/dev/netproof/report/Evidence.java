package dev.netproof.report;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Destination;
import dev.netproof.model.Identity;
import dev.netproof.model.Location;
import dev.netproof.model.Outcome;
import dev.netproof.model.Path;
import dev.netproof.model.PathObservation;
import dev.netproof.model.Placement;
import dev.netproof.model.Source;
import dev.netproof.model.Streak;
import dev.netproof.model.Target;
import dev.netproof.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What there is to say about one check, in the words that all formats share. */
final class Evidence {
    /** The most paths that a text shows of one check; the JSON evidence has them all. */
    static final int PATHS_SHOWN = 6;

    /**
     * One labelled thing to know.
     *
     * @param lines each on a line of its own; one that begins with two blanks belongs to the one before
     */
    record Fact(Label label, List<String> lines) {
        Fact(Label label, String line) {
            this(label, List.of(line));
        }
    }

    /** What a fact answers, in the order to read them. */
    enum Label {
        BECAUSE,
        EXCEPTION,
        EXPECTED,
        OBSERVED,
        EVIDENCE,
        CONTROL,
        ALSO,
        WHERE,
        FIX,
        REPEAT;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private Evidence() {}

    /** The facts in the order to read them. */
    static List<Fact> facts(CheckResult result) {
        return facts(result, Set.of());
    }

    /**
     * @param untold labels that the reader is told otherwise: evidence on ten thousand checks is not put into words for nobody
     */
    static List<Fact> facts(CheckResult result, Set<Label> untold) {
        Check check = result.check();
        List<Fact> facts = new ArrayList<>();
        check.because().ifPresent(because -> facts.add(new Fact(Label.BECAUSE, because)));
        check.exception().ifPresent(terms -> facts.add(new Fact(Label.EXCEPTION, terms(terms))));
        facts.add(new Fact(Label.EXPECTED, check.expectation().word()));
        facts.add(new Fact(Label.OBSERVED, observed(result)));
        if (!result.paths().isEmpty() && !untold.contains(Label.EVIDENCE)) {
            facts.add(new Fact(Label.EVIDENCE, paths(result)));
        }
        List<String> control = untold.contains(Label.CONTROL) ? List.of() : controls(result);
        if (!control.isEmpty()) {
            facts.add(new Fact(Label.CONTROL, control));
        }
        if (!result.verdict().also().isEmpty()) {
            facts.add(new Fact(Label.ALSO, also(result)));
        }
        facts.add(new Fact(Label.WHERE, place(check.location())));
        result.verdict().fix().ifPresent(fix -> facts.add(new Fact(Label.FIX, fix)));
        facts.add(new Fact(Label.REPEAT, result.repeat()));
        facts.removeIf(fact -> untold.contains(fact.label()));
        return facts;
    }

    /** The other reasons against a verdict, one on each line, with the fix below. */
    private static List<String> also(CheckResult result) {
        List<String> lines = new ArrayList<>();
        for (Verdict.Also one : result.verdict().also()) {
            lines.add(one.reason() + ": " + one.explanation());
            one.fix().ifPresent(fix -> lines.add("  fix: " + fix));
        }
        return lines;
    }

    /** "CONNECTED on 1 of 3 paths, TIMEOUT on 2". */
    static String observed(CheckResult result) {
        Map<String, Long> outcomes = result.paths().stream()
                .collect(Collectors.groupingBy(Evidence::outcome, LinkedHashMap::new, Collectors.counting()));
        if (outcomes.isEmpty()) {
            return "nothing: no attempt was made";
        }
        int paths = result.paths().size();
        if (outcomes.size() == 1) {
            String every = outcomes.keySet().iterator().next();
            return switch (paths) {
                case 1 -> every;
                case 2 -> every + " on both paths";
                default -> every + " on all " + paths + " paths";
            };
        }
        return outcomes.entrySet().stream()
                .map(entry -> entry.getKey() + " on " + entry.getValue())
                .collect(Collectors.joining(", "))
                .replaceFirst("( on \\d+)", "$1 of " + paths + " paths");
    }

    /** What the path settled on. */
    static String outcome(PathObservation path) {
        return path.outcome().map(Enum::name).orElse(path.history().isEmpty() ? "no attempt" : "unsettled");
    }

    /** The distinct outcomes of a check's connections: "CONNECTED, TIMEOUT". */
    static String outcomes(CheckResult result) {
        String outcomes =
                result.paths().stream().map(Evidence::outcome).distinct().collect(Collectors.joining(", "));
        return outcomes.isEmpty() ? "none" : outcomes;
    }

    /** What was seen, in a word or two: "connected", "timed out, refused"; look-ups only where there is nothing else. */
    static String seen(CheckResult result) {
        boolean connects = connections(result).findAny().isPresent();
        return result.paths().stream()
                .filter(path -> !connects || isConnection(path))
                .flatMap(path -> path.outcome().stream())
                .distinct()
                .map(Evidence::word)
                .collect(Collectors.joining(", "));
    }

    static String word(Outcome outcome) {
        return switch (outcome) {
            case CONNECTED -> "connected";
            case TIMEOUT -> "timed out";
            case REFUSED -> "refused";
            case RESET -> "reset";
            case UNREACHABLE -> "unreachable";
            case DNS_FAILURE -> "no name";
            case L7_DENIED -> "refused by the application";
            case PROBE_ERROR -> "probe error";
        };
    }

    /** The weakest control among the paths that have a listener at their end. */
    static Optional<ControlGrade> weakestControl(CheckResult result) {
        return connections(result).map(PathObservation::control).min(Comparator.naturalOrder());
    }

    static String place(Location location) {
        return location.file() + ":" + location.line();
    }

    /** "pod 10.244.1.7:5432 (postgres-0 on node-b) from node-a". */
    static String route(Path path) {
        String far = path.targetPod()
                .map(pod -> " (" + pod
                        + path.targetNode().map(node -> " on " + node).orElse("") + ")")
                .orElse("");
        String near = path.sourceNode().map(node -> " from " + node).orElse("");
        return kind(path.kind()) + " " + path.endpoint() + far + near;
    }

    private static String kind(Path.Kind kind) {
        return switch (kind) {
            case LOOKUP -> "look-up";
            case VIP -> "VIP";
            case POD -> "pod";
            case ADDRESS -> "address";
        };
    }

    /** The moment from which a check's history counts: when the first of its attempts began, as far as is known. */
    static Optional<Instant> start(CheckResult result) {
        return result.paths().stream()
                .flatMap(path -> path.history().stream())
                .map(streak -> streak.first().minus(streak.slowest()))
                .min(Comparator.naturalOrder());
    }

    /** "Deployment bookstore/storefront", "a pod in default with app=batch, run=x". */
    static String source(Source source) {
        String identity;
        if (source.identity() instanceof Identity.Workload workload) {
            identity = workload.kind().kind() + " " + source.namespace() + "/" + workload.name();
        } else if (source.identity() instanceof Identity.ExistingPod pod) {
            identity = "pod " + source.namespace() + "/" + pod.name();
        } else if (source.identity() instanceof Identity.Labels labels) {
            identity = "a pod in " + source.namespace() + " with " + labels(labels.labels());
        } else {
            throw new AssertionError(source.identity());
        }
        return identity
                + source.serviceAccount()
                        .map(account -> ", service account " + account)
                        .orElse("")
                + (source.liveness() == Source.Liveness.SYNTHETIC ? ", synthetic" : "")
                + (source.placement() == Placement.ANY
                        ? ""
                        : ", on " + source.placement().name().toLowerCase(Locale.ROOT) + " node");
    }

    /** "Service bookstore/postgres, TCP". */
    static String destination(Destination destination) {
        Target target = destination.target();
        String what;
        if (target instanceof Target.Service service) {
            what = "Service " + service.namespace() + "/" + service.name();
        } else if (target instanceof Target.Pods pods) {
            what = "pods in " + pods.namespace() + " with " + labels(pods.labels());
        } else if (target instanceof Target.Workload workload) {
            what = workload.kind().kind() + " " + workload.namespace() + "/" + workload.name();
        } else if (target instanceof Target.Pod pod) {
            what = "pod " + pod.namespace() + "/" + pod.name();
        } else if (target instanceof Target.Host host) {
            what = "host " + host.host();
        } else if (target instanceof Target.Ip ip) {
            what = "address " + ip.ip();
        } else {
            throw new AssertionError(target);
        }
        Destination.Request request = destination.request();
        return what + ", " + destination.protocol()
                + destination.family().map(family -> " over " + family.word()).orElse("")
                + request.path().map(path -> " GET " + path).orElse("")
                + request.status().map(status -> " → " + status).orElse("")
                + request.query().map(query -> " " + query).orElse("")
                + request.send().map(send -> " send " + send).orElse("");
    }

    private static String labels(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(", "));
    }

    /** "CONNECTED ×9 at 0.2–8.4 s: curl 0: connected". */
    static String history(Streak streak, Instant start) {
        return streak.outcome() + " ×" + streak.attempts() + " at " + time(streak, start) + ": " + streak.signal();
    }

    private static String time(Streak streak, Instant start) {
        String first = Figures.seconds(Duration.between(start, streak.first()));
        String last = Figures.seconds(Duration.between(start, streak.last()));
        return (first.equals(last) ? first : first + "–" + last) + " s";
    }

    /** "until 2027-01-31, owner orders-team, ticket PAY-1: provider cut-over". */
    static String terms(Check.Terms terms) {
        return "until " + terms.expires() + ", owner " + terms.owner()
                + terms.ticket().map(ticket -> ", ticket " + ticket).orElse("") + ": " + terms.because();
    }

    /** Each distinct control once: "REACHED: catalog reached 10.244.1.7:5432 9 times". */
    static List<String> controls(CheckResult result) {
        long distinct = connections(result).map(Evidence::control).distinct().count();
        return tellingFirst(result)
                .filter(Evidence::isConnection)
                .map(path -> distinct > 1 ? control(path) + " (" + path.path().endpoint() + ")" : control(path))
                .distinct()
                .limit(PATHS_SHOWN)
                .toList();
    }

    static String control(PathObservation path) {
        return path.control() + ": " + path.controlledBy().orElse(meaning(path.control()));
    }

    static String meaning(ControlGrade grade) {
        return switch (grade) {
            case NONE -> "nothing shows that anything listened";
            case LISTENING_LOOPBACK -> "the port answers on the pod's own loop-back";
            case OTHER_FAMILY -> "the pod was alive at its address of the other family";
            case LISTENING -> "the kubelet's readiness probe and a port-forward found the port listening";
            case REACHED -> "another source reached the same pod IP and port, before and after";
        };
    }

    private static Stream<PathObservation> connections(CheckResult result) {
        return result.paths().stream().filter(Evidence::isConnection);
    }

    private static boolean isConnection(PathObservation path) {
        return path.path().kind() != Path.Kind.LOOKUP;
    }

    /**
     * The last thing that was seen to the contrary of a check that passed: rules that came late, a connection that opened once.
     * Nothing that could not be read counts.
     */
    static Optional<Streak> contrary(CheckResult result) {
        boolean forbids = result.check().expectation().forbids();
        return connections(result)
                .flatMap(path -> path.history().stream())
                .filter(streak -> forbids
                        ? streak.outcome().reachedListener()
                        : streak.outcome().looksDenied())
                .reduce((a, b) -> a.last().isAfter(b.last()) ? a : b);
    }

    /** The paths, those first that show why a check failed. */
    static Stream<PathObservation> tellingFirst(CheckResult result) {
        return result.paths().stream().sorted(Comparator.comparingInt(path -> rank(result.check(), path)));
    }

    private static List<String> paths(CheckResult result) {
        List<String> lines = new ArrayList<>();
        Instant start = start(result).orElse(Instant.EPOCH);
        tellingFirst(result).limit(PATHS_SHOWN).forEach(path -> {
            List<Streak> history = path.history();
            if (history.size() == 1
                    && path.outcome().equals(Optional.of(history.get(0).outcome()))) {
                lines.add(route(path.path()) + ": " + history(history.get(0), start));
            } else {
                lines.add(route(path.path()) + ": " + outcome(path));
                history.forEach(streak -> lines.add("  " + history(streak, start)));
            }
        });
        int more = result.paths().size() - PATHS_SHOWN;
        if (more > 0) {
            lines.add("and " + Figures.count(more, "more path", "more paths") + ", in the JSON evidence");
        }
        return lines;
    }

    /** Lower for a path that contradicts its check, so that a cut list shows why it failed. */
    private static int rank(Check check, PathObservation path) {
        return path.outcome()
                .map(outcome -> contradicts(check, outcome) ? 0 : 2)
                .orElse(1);
    }

    private static boolean contradicts(Check check, Outcome outcome) {
        return check.expectation().forbids() == (outcome == Outcome.CONNECTED || outcome == Outcome.RESET);
    }
}
