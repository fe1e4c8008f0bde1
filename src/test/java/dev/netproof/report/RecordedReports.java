package dev.netproof.report;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.model.Cni;
import dev.netproof.model.ControlGrade;
import dev.netproof.model.Destination;
import dev.netproof.model.Exit;
import dev.netproof.model.Expectation;
import dev.netproof.model.Identity;
import dev.netproof.model.Location;
import dev.netproof.model.Matrix;
import dev.netproof.model.Node;
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
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.model.WorkloadKind;
import dev.netproof.run.RecordedVerdicts;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Reports as runs leave them, for the goldens of every format. Their verdicts are those of real runs: {@link RecordedVerdicts}. */
final class RecordedReports {
    static final Instant START = Instant.parse("2026-11-21T03:00:00Z");

    private static final String FILE = "matrices/bookstore/matrix.yaml";
    private static final String SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    private static final ClusterIdentity LAB = new ClusterIdentity(
            "lab",
            "https://172.30.0.2:6443",
            "kubernetes-admin",
            "v1.36.3",
            Optional.of("6f0b3a52-0f0e-4d5e-9d0c-0c6b3d9a1f11"),
            List.of(node("node-a"), node("node-b")),
            new Cni(
                    "Calico",
                    List.of(new Cni.Agent("kube-system", "calico-node", List.of("docker.io/calico/node:v3.31.2"))),
                    List.of("projectcalico.org/IPv4Address")));

    private RecordedReports() {}

    /** The same run with other results. */
    static Report with(Report report, List<CheckResult> results, Circumstances circumstances) {
        return new Report(
                report.tool(),
                report.cluster(),
                report.started(),
                report.finished(),
                report.matrices(),
                circumstances,
                results,
                report.enforcement(),
                report.notes(),
                report.breakage(),
                report.costs(),
                report.exit());
    }

    static Map<String, Report> all() {
        Map<String, Report> reports = new LinkedHashMap<>();
        reports.put("green", green());
        reports.put("red", red());
        reports.put("inconclusive", inconclusive());
        reports.put("breakage", breakage());
        reports.put("broken-halfway", brokenHalfway());
        reports.put("hostile", hostile());
        return reports;
    }

    /** The bookstore as it should be. */
    static Report green() {
        return report("bookstore", bookstore(), Exit.CONFORMS, List.of(), Optional.empty());
    }

    /** The bookstore with every way to violate a matrix. */
    static Report red() {
        List<CheckResult> results = new ArrayList<>(bookstore());
        replace(
                results,
                open(
                        check(
                                21,
                                storefront(),
                                postgres(),
                                Expectation.DENY,
                                "the front end never talks to the database"),
                        "5432",
                        "node-a",
                        "postgres-0",
                        "node-b"));
        replace(results, blocked(check(17, orders(), rabbitmq(), Expectation.ALLOW, "")));
        results.add(nameNotResolved(check(31, batch(), catalog(), Expectation.ALLOW, "the nightly import")));
        results.add(wrongManner(
                check(32, batch(), redis(), Expectation.DROP, "scanners must not learn that anything is there")));
        results.add(wrongResponse(check(33, batch(), metrics(), Expectation.ALLOW, "")));
        results.add(expired(34));
        return report(
                "bookstore",
                results,
                Exit.VIOLATIONS,
                List.of(
                        "HorizontalPodAutoscaler bookstore/storefront counts pods by label: it saw one probe for 9 s.",
                        "LISTENING controls are weaker: the Role for pods/portforward is not bound."),
                Optional.empty());
    }

    /** Every way to prove nothing. */
    static Report inconclusive() {
        List<CheckResult> results = new ArrayList<>();
        int line = 11;
        for (Reason reason : List.of(
                Reason.NO_CONTROL,
                Reason.UNSETTLED,
                Reason.TARGET_CHANGED,
                Reason.NO_DESTINATION,
                Reason.NO_BACKEND,
                Reason.NO_SUCH_SOURCE,
                Reason.PROBE_FAILED,
                Reason.PROBE_CHANGED,
                Reason.PROBE_UNRELIABLE,
                Reason.OUT_OF_TIME)) {
            results.add(unproved(reason, line++));
        }
        results.add(new CheckResult(
                check(line, orders(), dns("kube-dns-sctp"), Expectation.ALLOW, ""),
                RecordedVerdicts.of(Reason.NOT_SUPPORTED),
                List.of(),
                Duration.ZERO,
                repeat(line)));
        line++;
        results.add(new CheckResult(
                check(line, batch(), redis(), Expectation.DENY, ""),
                RecordedVerdicts.of(Reason.NOT_SELECTED),
                List.of(),
                Duration.ZERO,
                repeat(line)));
        return report("bookstore", results, Exit.INCONCLUSIVE, List.of(), Optional.empty());
    }

    /** No cluster at all. */
    static Report breakage() {
        return new Report(
                "0.1.0",
                Optional.empty(),
                START,
                START.plusMillis(2_310),
                List.of(),
                Circumstances.NONE,
                List.of(),
                List.of(),
                Optional.of(new Report.Breakage(
                        "The API server at https://172.30.0.2:6443 (context lab) does not answer: connect timed out.",
                        "check that the cluster is up: kubectl --context lab version")),
                Report.Costs.NONE,
                Exit.NOT_JUDGED);
    }

    /** The API server went away after a few checks. */
    static Report brokenHalfway() {
        Report whole = green();
        return new Report(
                whole.tool(),
                whole.cluster(),
                START,
                START.plusMillis(6_400),
                whole.matrices(),
                whole.circumstances(),
                whole.results().subList(0, 6),
                List.of(),
                Optional.of(new Report.Breakage(
                        "The API server went away while pods of bookstore were being watched: connection reset.",
                        "run it again; what is left on the cluster goes with: netproof clean --context lab")),
                new Report.Costs(7, 41),
                Exit.NOT_JUDGED);
    }

    /** Values that try to be more than text. */
    static Report hostile() {
        String file = "matrices/we|rd <dir>/ma`trix.yaml";
        Location at = new Location(file, 3, 5);
        Source source = new Source(
                "<script>alert('s')</script>\u001B[31m",
                "x]]>y",
                new Identity.Labels(Map.of("app", "\"><img src=x onerror=alert(1)>")),
                Optional.of("${jndi:x}"),
                Source.Liveness.SYNTHETIC,
                Placement.ANY,
                at);
        Destination first = new Destination(
                "a|b`c*d_e ]]> 数据库 🐘",
                new Target.Host("&amp;.example.com"),
                Optional.of(new PortRef.Name("h&p")),
                Protocol.HTTP,
                new Destination.Request(Optional.of("/?q=<b>&x='\""), Optional.of(200), Optional.empty()),
                at);
        Destination second = new Destination(
                "\u202Eevil\u0000\u0007\r\nname\uFFFE\uD800",
                new Target.Ip("fd00::7"),
                Optional.of(new PortRef.Number(443)),
                Protocol.TCP,
                Destination.Request.NONE,
                at);
        Check one = new Check(
                "mat]]>rix & <co>",
                source,
                first,
                Expectation.DENY,
                Optional.of("because <b>bold</b> & \"quotes\" | pipe `tick` @everyone #1 [x](javascript:alert(1))"),
                Collections.unmodifiableSortedSet(new TreeSet<>(List.of("</script>", "t\u0001"))),
                Check.Origin.CHECKS,
                Optional.empty(),
                at);
        Check two = new Check(
                "mat]]>rix & <co>",
                source,
                second,
                Expectation.ALLOW,
                Optional.empty(),
                Collections.emptySortedSet(),
                Check.Origin.GRID,
                Optional.empty(),
                at);
        Path path = new Path(
                Path.Kind.ADDRESS,
                Optional.of("np-1"),
                Optional.of("node<a>"),
                "fd00::7",
                443,
                Optional.empty(),
                Optional.empty());
        String signal = "HTTP 200 </pre></details>\n]]>&<!-- \u0000\u001B]0;title\u0007 --> ``` \uD83D\uDC18 \uDC00";
        List<CheckResult> results = List.of(
                new CheckResult(
                        one,
                        new Verdict(
                                Status.FAIL,
                                Reason.OPEN,
                                "It connected, \u001B[2Jand said: </script><script>alert(2)</script>",
                                Optional.of("rm -rf `x` && <i>no</i>")),
                        List.of(new PathObservation(
                                path,
                                List.of(streak(Outcome.CONNECTED, 3, 200, 2_200, 12, signal)),
                                Optional.of(Outcome.CONNECTED),
                                ControlGrade.REACHED,
                                Optional.of("<control> & ]]>"))),
                        Duration.ofMillis(2_400),
                        "netproof run 'matrices/we|rd <dir>/ma`trix.yaml':3"),
                new CheckResult(
                        two,
                        new Verdict(
                                Status.INCONCLUSIVE, Reason.UNSETTLED, "It flaps:\n\tup\u0085down.", Optional.empty()),
                        List.of(),
                        Duration.ofMillis(90),
                        "netproof run x"));
        ClusterIdentity cluster = new ClusterIdentity(
                "ctx<&>",
                "https://x/?a=1&b=\"2\"",
                "user|`x`",
                "v1.36.3",
                Optional.empty(),
                List.of(new Node("node<a>", "<v>", "os\u001B[1m", "k&", "r\"")),
                Cni.UNKNOWN);
        Matrix matrix = new Matrix(
                "mat]]>rix & <co>", Optional.of("<owner>"), SHA, List.of(one, two), new Location(file, 1, 1));
        return new Report(
                "0.1.0",
                Optional.of(cluster),
                START,
                START.plusMillis(2_500),
                List.of(matrix),
                new Circumstances(
                        List.of(new Circumstances.Policy(
                                "x/v1<b>",
                                "Ki<nd",
                                Optional.empty(),
                                "po\u0000li]]>cy",
                                "u",
                                "7",
                                SHA,
                                Optional.empty())),
                        List.of(),
                        List.of(),
                        new TreeSet<>(List.of("list <script> in namespace \u001B[31m"))),
                results,
                List.of("note with <img src=x onerror=alert(3)> and | and \u202E for @everyone, see #1 "),
                Optional.empty(),
                new Report.Costs(1, 9),
                Exit.VIOLATIONS);
    }

    /** Forty sources by twenty-five destinations, with some of everything wrong. */
    static Report thousand() {
        List<CheckResult> results = new ArrayList<>();
        for (int s = 0; s < 40; s++) {
            Source source = source("team-" + s / 8 + "-worker-" + s, "team-" + s / 8);
            for (int d = 0; d < 25; d++) {
                int n = s * 25 + d;
                Destination destination = service("service-" + d, "team-" + d % 5, 8000 + d);
                Expectation expectation = n % 3 == 0 ? Expectation.ALLOW : Expectation.DENY;
                Check check = check(10 + n, source, destination, expectation, n % 7 == 0 ? "rule " + n : "");
                String pod = "service-" + d + "-7c9d8" + d;
                if (n % 31 == 1 && expectation.forbids()) {
                    results.add(open(check, Integer.toString(8000 + d), "node-" + s % 3, pod, "node-" + d % 3));
                } else {
                    results.add(pass(check, "10.96.1." + d, "10.244.1." + d, pod, "node-" + s % 3, "node-" + d % 3));
                }
            }
        }
        return report("thousand", results, Exit.VIOLATIONS, List.of(), Optional.empty());
    }

    private static List<CheckResult> bookstore() {
        List<CheckResult> results = new ArrayList<>();
        Source ingress = new Source(
                "ingress-nginx",
                "ingress-nginx",
                new Identity.Labels(Map.of("app.kubernetes.io/name", "ingress-nginx")),
                Optional.empty(),
                Source.Liveness.LIVE,
                Placement.ANY,
                new Location(FILE, 40, 3));
        results.add(pass(check(11, ingress, http("storefront"), Expectation.ALLOW, "")));
        results.add(pass(check(11, ingress, catalog(), Expectation.ALLOW, "")));
        results.add(pass(check(11, ingress, http("orders"), Expectation.ALLOW, "")));
        results.add(pass(check(12, storefront(), catalog(), Expectation.ALLOW, "")));
        results.add(pass(check(12, storefront(), http("orders"), Expectation.ALLOW, "")));
        results.add(pass(
                check(21, storefront(), postgres(), Expectation.DENY, "the front end never talks to the database")));
        results.add(pass(check(22, storefront(), rabbitmq(), Expectation.DENY, "")));
        results.add(pass(check(15, workload("catalog"), postgres(), Expectation.ALLOW, "")));
        results.add(pass(check(22, workload("catalog"), rabbitmq(), Expectation.DENY, "")));
        results.add(pass(check(16, workload("catalog"), redis(), Expectation.DENY, "nobody uses the cache yet")));
        results.add(pass(check(23, orders(), catalog(), Expectation.DENY, "")));
        results.add(pass(check(17, orders(), rabbitmq(), Expectation.ALLOW, "")));
        results.add(pass(check(24, orders(), postgres(), Expectation.DENY, "")));
        results.add(pass(check(25, stranger(), http("storefront"), Expectation.DENY, "")));
        results.add(settling(check(25, stranger(), catalog(), Expectation.DENY, "")));
        results.add(pass(check(25, stranger(), postgres(), Expectation.DENY, "")));
        results.add(pass(check(26, storefront(), dns("kube-dns"), Expectation.ALLOW, "")));
        results.add(
                pass(check(26, stranger(), dns("kube-dns"), Expectation.ALLOW, "even a stranger may resolve names")));
        return results;
    }

    private static void replace(List<CheckResult> results, CheckResult by) {
        results.replaceAll(result -> result.check().id().equals(by.check().id()) ? by : result);
    }

    private static Report report(
            String name, List<CheckResult> results, Exit exit, List<String> notes, Optional<Report.Breakage> breakage) {
        Matrix matrix = new Matrix(
                name,
                Optional.of("platform-team"),
                SHA,
                results.stream()
                        .map(CheckResult::check)
                        .map(check -> named(check, name))
                        .toList(),
                new Location(FILE, 1, 1));
        List<CheckResult> named = results.stream()
                .map(r -> new CheckResult(named(r.check(), name), r.verdict(), r.paths(), r.elapsed(), r.repeat()))
                .toList();
        return new Report(
                "0.1.0",
                Optional.of(LAB),
                START,
                START.plusMillis(14_238),
                List.of(matrix),
                circumstances(named, exit == Exit.VIOLATIONS),
                named,
                notes,
                breakage,
                new Report.Costs(7, 96),
                exit);
    }

    /** With the policies of the bookstore; in the one that went wrong somebody had opened the database. */
    private static Circumstances circumstances(List<CheckResult> results, boolean opened) {
        TreeSet<String> sources = new TreeSet<>();
        TreeSet<String> targets = new TreeSet<>();
        Map<String, Circumstances.TargetPod> pods = new java.util.TreeMap<>();
        for (CheckResult result : results) {
            sources.add(result.check().source().name());
            for (PathObservation observed : result.paths()) {
                observed.path().targetPod().ifPresent(pod -> {
                    targets.add(pod);
                    pods.put(
                            pod,
                            new Circumstances.TargetPod(
                                    "bookstore",
                                    pod,
                                    "uid-of-" + pod,
                                    List.of(observed.path().address()),
                                    observed.path().targetNode(),
                                    Map.of("app", pod.replaceAll("-.*", ""))));
                });
            }
        }
        TreeSet<String> databases = new TreeSet<>(
                targets.stream().filter(pod -> pod.startsWith("postgres")).toList());
        List<Circumstances.Policy> policies = List.of(
                policy("default-deny", "805", 'a', sources, targets),
                policy("egress-dns", "811", 'b', sources, new TreeSet<>()),
                policy("egress-storefront", "812", 'c', new TreeSet<>(List.of("storefront")), new TreeSet<>()),
                opened
                        ? policy("ingress-postgres-from-catalog", "1188", 'e', new TreeSet<>(), databases)
                        : policy("ingress-postgres-from-catalog", "814", 'd', new TreeSet<>(), databases),
                new Circumstances.Policy(
                        "policy.networking.k8s.io/v1alpha1",
                        "AdminNetworkPolicy",
                        Optional.empty(),
                        "platform",
                        "2f6d0000-0000-4000-8000-00000000000f",
                        "733",
                        "f".repeat(64),
                        Optional.empty()));
        List<Circumstances.Probe> probes = sources.stream()
                .map(source -> new Circumstances.Probe(
                        source,
                        "bookstore",
                        "np5f2b-x1",
                        Optional.of("10.244.0.9"),
                        Optional.of("node-a"),
                        Map.of("app", source),
                        "default",
                        "docker.io/curlimages/curl:8.16.0",
                        Optional.of("docker.io/curlimages/curl@sha256:" + "0c".repeat(32))))
                .toList();
        return new Circumstances(policies, probes, List.copyOf(pods.values()), new TreeSet<>());
    }

    private static Circumstances.Policy policy(
            String name, String version, char digest, TreeSet<String> sources, TreeSet<String> targets) {
        return new Circumstances.Policy(
                "networking.k8s.io/v1",
                "NetworkPolicy",
                Optional.of("bookstore"),
                name,
                "2f6d0000-0000-4000-8000-00000000000" + digest,
                version,
                String.valueOf(digest).repeat(64),
                Optional.of(new Circumstances.About(sources, targets)));
    }

    private static Node node(String name) {
        return new Node(name, "v1.36.3", "Debian GNU/Linux 13 (trixie)", "6.12.48", "containerd://2.1.4");
    }

    private static Check named(Check check, String matrix) {
        return new Check(
                matrix,
                check.source(),
                check.destination(),
                check.expectation(),
                check.because(),
                check.tags(),
                check.origin(),
                check.exception(),
                check.location());
    }

    private static Source storefront() {
        return workload("storefront");
    }

    private static Source orders() {
        return workload("orders");
    }

    private static Source workload(String name) {
        return new Source(
                name,
                "bookstore",
                new Identity.Workload(WorkloadKind.DEPLOYMENT, name),
                Optional.empty(),
                Source.Liveness.LIVE,
                Placement.ANY,
                new Location(FILE, 12, 12));
    }

    private static Source stranger() {
        return new Source(
                "stranger",
                "bookstore",
                new Identity.Labels(Map.of("run", "stranger")),
                Optional.empty(),
                Source.Liveness.SYNTHETIC,
                Placement.ANY,
                new Location(FILE, 41, 3));
    }

    private static Source batch() {
        return source("batch", "default");
    }

    private static Source source(String name, String namespace) {
        return new Source(
                name,
                namespace,
                new Identity.Labels(Map.of("app", name)),
                Optional.of(name),
                Source.Liveness.LIVE,
                Placement.EACH,
                new Location(FILE, 42, 3));
    }

    private static Destination catalog() {
        return http("catalog");
    }

    private static Destination http(String name) {
        return new Destination(
                name,
                new Target.Service("bookstore", name),
                Optional.of(new PortRef.Number(80)),
                Protocol.HTTP,
                new Destination.Request(Optional.of("/"), Optional.of(200), Optional.empty()),
                new Location(FILE, 50, 3));
    }

    private static Destination postgres() {
        return service("postgres", "bookstore", 5432);
    }

    private static Destination rabbitmq() {
        return service("rabbitmq", "bookstore", 5672);
    }

    private static Destination redis() {
        return service("redis", "bookstore", 6379);
    }

    private static Destination metrics() {
        return new Destination(
                "orders-metrics",
                new Target.Pods("bookstore", Map.of("app", "orders")),
                Optional.of(new PortRef.Name("metrics")),
                Protocol.HTTP,
                new Destination.Request(Optional.of("/metrics"), Optional.of(200), Optional.empty()),
                new Location(FILE, 55, 3));
    }

    private static Destination dns(String name) {
        return new Destination(
                name,
                new Target.Service("kube-system", name),
                Optional.of(new PortRef.Number(53)),
                Protocol.DNS,
                new Destination.Request(
                        Optional.empty(), Optional.empty(), Optional.of("kubernetes.default.svc.cluster.local")),
                new Location(FILE, 51, 3));
    }

    private static Destination service(String name, String namespace, int port) {
        return new Destination(
                name,
                new Target.Service(namespace, name),
                Optional.of(new PortRef.Number(port)),
                Protocol.TCP,
                Destination.Request.NONE,
                new Location(FILE, 52, 3));
    }

    private static Check check(
            int line, Source source, Destination destination, Expectation expectation, String because) {
        return new Check(
                "bookstore",
                source,
                destination,
                expectation,
                because.isEmpty() ? Optional.empty() : Optional.of(because),
                Collections.emptySortedSet(),
                Check.Origin.CHECKS,
                Optional.empty(),
                new Location(FILE, line, 5));
    }

    private static CheckResult pass(Check check) {
        return pass(check, "10.96.0.12", "10.244.1.7", check.destination().name() + "-0", "node-a", "node-b");
    }

    private static CheckResult pass(
            Check check, String vip, String ip, String pod, String sourceNode, String targetNode) {
        boolean forbids = check.expectation().forbids();
        Outcome outcome = forbids ? Outcome.TIMEOUT : Outcome.CONNECTED;
        int port = port(check);
        String signal = forbids ? "curl 28: no answer within 3.0 s" : "curl 0: connected";
        Streak seen =
                forbids ? streak(outcome, 6, 3_010, 8_040, 3_004, signal) : streak(outcome, 6, 210, 5_260, 2, signal);
        String by = forbids ? "catalog reached " + ip + ":" + port + " 9 times" : "the check itself";
        return new CheckResult(
                check,
                forbids ? RecordedVerdicts.of(Reason.DENIED) : RecordedVerdicts.of(Reason.CONNECTED),
                List.of(
                        observed(vip(vip, port, sourceNode), ControlGrade.REACHED, by, seen),
                        observed(pod(ip, port, sourceNode, pod, targetNode), ControlGrade.REACHED, by, seen)),
                Duration.ofMillis(forbids ? 8_052 : 5_271),
                repeat(check.location().line()));
    }

    private static CheckResult settling(Check check) {
        Streak first = streak(Outcome.CONNECTED, 2, 180, 1_830, 3, "curl 0: connected");
        Streak then = streak(Outcome.TIMEOUT, 6, 5_010, 10_040, 3_003, "curl 28: no answer within 3.0 s");
        return new CheckResult(
                check,
                RecordedVerdicts.of(Reason.DENIED),
                List.of(observed(
                        pod("10.244.1.9", 8080, "node-a", "catalog-1", "node-b"),
                        ControlGrade.REACHED,
                        "storefront reached 10.244.1.9:8080 11 times",
                        first,
                        then)),
                Duration.ofMillis(10_050),
                repeat(25));
    }

    private static CheckResult open(Check check, String port, String sourceNode, String pod, String targetNode) {
        Streak seen = streak(Outcome.CONNECTED, 9, 200, 8_410, 2, "curl 0: connected after 0.8 ms");
        int number = Integer.parseInt(port);
        return new CheckResult(
                check,
                RecordedVerdicts.of(Reason.OPEN),
                List.of(
                        observed(vip("10.96.0.12", number, sourceNode), ControlGrade.REACHED, "the check itself", seen),
                        observed(
                                pod("10.244.1.7", number, sourceNode, pod, targetNode),
                                ControlGrade.REACHED,
                                "the check itself",
                                seen)),
                Duration.ofMillis(8_420),
                repeat(check.location().line()));
    }

    private static CheckResult blocked(Check check) {
        Streak vip = streak(Outcome.TIMEOUT, 12, 3_010, 14_100, 3_005, "curl 28: no answer within 3.0 s");
        Streak near = streak(Outcome.CONNECTED, 12, 205, 11_300, 1, "curl 0: connected");
        return new CheckResult(
                check,
                RecordedVerdicts.of(Reason.BLOCKED),
                List.of(
                        observed(
                                lookup("rabbitmq.bookstore.svc.cluster.local", "node-a"),
                                ControlGrade.NONE,
                                "",
                                streak(Outcome.CONNECTED, 12, 190, 11_200, 4, "10.96.0.31")),
                        observed(
                                pod("10.244.0.5", 5672, "node-a", "rabbitmq-0", "node-a"),
                                ControlGrade.REACHED,
                                "the check itself",
                                near),
                        observed(
                                pod("10.244.1.8", 5672, "node-a", "rabbitmq-1", "node-b"),
                                ControlGrade.LISTENING,
                                "the kubelet's readiness probe, last 2.1 s before",
                                vip)),
                Duration.ofMillis(14_110),
                repeat(check.location().line()));
    }

    private static CheckResult nameNotResolved(Check check) {
        return new CheckResult(
                check,
                RecordedVerdicts.of(Reason.NAME_NOT_RESOLVED),
                List.of(
                        observed(
                                lookup("catalog.bookstore.svc.cluster.local", "node-a"),
                                ControlGrade.NONE,
                                "",
                                streak(Outcome.DNS_FAILURE, 8, 5_000, 13_400, 5_001, "curl 6: could not resolve host")),
                        observed(
                                pod("10.244.1.9", 8080, "node-a", "catalog-1", "node-b"),
                                ControlGrade.REACHED,
                                "the check itself",
                                streak(Outcome.CONNECTED, 12, 205, 11_300, 1, "HTTP 200 from 10.244.1.9"))),
                Duration.ofMillis(13_410),
                repeat(check.location().line()));
    }

    private static CheckResult wrongManner(Check check) {
        return new CheckResult(
                check,
                RecordedVerdicts.of(Reason.WRONG_MANNER),
                List.of(observed(
                        vip("10.96.0.44", 6379, "node-b"),
                        ControlGrade.LISTENING_LOOPBACK,
                        "a port-forward into redis-0 got an answer",
                        streak(Outcome.REFUSED, 7, 201, 6_900, 1, "curl 7: connection refused (RST)"))),
                Duration.ofMillis(6_910),
                repeat(check.location().line()));
    }

    private static CheckResult wrongResponse(Check check) {
        return new CheckResult(
                check,
                RecordedVerdicts.of(Reason.WRONG_RESPONSE),
                List.of(observed(
                        pod("10.244.0.6", 9090, "node-a", "orders-0", "node-a"),
                        ControlGrade.REACHED,
                        "the check itself",
                        streak(Outcome.L7_DENIED, 6, 201, 5_400, 6, "HTTP 403 from 10.244.0.6"))),
                Duration.ofMillis(5_410),
                repeat(check.location().line()));
    }

    private static CheckResult expired(int line) {
        Destination pay = new Destination(
                "https://pay.example.com",
                new Target.Host("pay.example.com"),
                Optional.of(new PortRef.Number(443)),
                Protocol.HTTPS,
                Destination.Request.NONE,
                new Location(FILE, line, 30));
        Check check = new Check(
                "bookstore",
                orders(),
                pay,
                Expectation.ALLOW,
                Optional.empty(),
                Collections.unmodifiableSortedSet(new TreeSet<>(List.of("payments"))),
                Check.Origin.EXCEPTION,
                Optional.of(new Check.Terms(
                        "provider cut-over", "orders-team", Optional.of("PAY-1"), LocalDate.parse("2026-10-31"))),
                new Location(FILE, line, 5));
        return new CheckResult(
                check, RecordedVerdicts.of(Reason.EXCEPTION_EXPIRED), List.of(), Duration.ZERO, repeat(line));
    }

    private static CheckResult unproved(Reason reason, int line) {
        Check check = check(line, source("src-" + line, "bookstore"), postgres(), Expectation.DENY, "");
        Streak silent = streak(Outcome.TIMEOUT, 6, 3_010, 8_040, 3_004, "curl 28: no answer within 3.0 s");
        PathObservation path = observed(vip("10.96.0.12", 5432, "node-a"), ControlGrade.NONE, "", silent);
        Path flapping = pod("10.244.1.7", 5432, "node-a", "postgres-0", "node-b");
        PathObservation unsettled = new PathObservation(
                flapping,
                List.of(
                        streak(Outcome.TIMEOUT, 2, 3_010, 4_020, 3_004, "curl 28: no answer within 3.0 s"),
                        streak(Outcome.CONNECTED, 1, 5_020, 5_020, 2, "curl 0: connected"),
                        streak(Outcome.TIMEOUT, 3, 8_030, 10_050, 3_004, "curl 28: no answer within 3.0 s"),
                        streak(Outcome.PROBE_ERROR, 1, 11_000, 11_000, 0, "round 8: line missing")),
                Optional.empty(),
                ControlGrade.REACHED,
                Optional.of("catalog reached 10.244.1.7:5432 9 times"));
        return switch (reason) {
            case UNSETTLED -> unproved(check, reason, unsettled);
            case NO_DESTINATION, NO_BACKEND, PROBE_FAILED, OUT_OF_TIME -> unproved(check, reason);
            default -> unproved(check, reason, path);
        };
    }

    private static CheckResult unproved(Check check, Reason reason, PathObservation... paths) {
        return new CheckResult(
                check,
                RecordedVerdicts.of(reason),
                List.of(paths),
                Duration.ofMillis(paths.length == 0 ? 0 : 8_052),
                repeat(check.location().line()));
    }

    private static int port(Check check) {
        return check.destination().port().orElseThrow() instanceof PortRef.Number number ? number.value() : 9090;
    }

    private static PathObservation observed(Path path, ControlGrade grade, String by, Streak... history) {
        return new PathObservation(
                path,
                List.of(history),
                Optional.of(history[history.length - 1].outcome()),
                grade,
                by.isEmpty() ? Optional.empty() : Optional.of(by));
    }

    private static Path vip(String ip, int port, String sourceNode) {
        return new Path(
                Path.Kind.VIP,
                Optional.of("np5f2b-x1"),
                Optional.of(sourceNode),
                ip,
                port,
                Optional.empty(),
                Optional.empty());
    }

    private static Path pod(String ip, int port, String sourceNode, String pod, String targetNode) {
        return new Path(
                Path.Kind.POD,
                Optional.of("np5f2b-x1"),
                Optional.of(sourceNode),
                ip,
                port,
                Optional.of(pod),
                Optional.of(targetNode));
    }

    private static Path lookup(String name, String sourceNode) {
        return new Path(
                Path.Kind.LOOKUP,
                Optional.of("np5f2b-x1"),
                Optional.of(sourceNode),
                name,
                0,
                Optional.empty(),
                Optional.empty());
    }

    private static Streak streak(
            Outcome outcome, int attempts, long firstMillis, long lastMillis, long slowestMillis, String signal) {
        Instant probed = START.plusMillis(2_500);
        return new Streak(
                outcome,
                attempts,
                probed.plusMillis(firstMillis),
                probed.plusMillis(lastMillis),
                Duration.ofMillis(slowestMillis),
                signal);
    }

    private static String repeat(int line) {
        return "netproof run --context lab " + FILE + ":" + line;
    }
}
