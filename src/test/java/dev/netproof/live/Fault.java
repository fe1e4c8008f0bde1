package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * Everything that is made to go wrong, with what netproof has to say of it: docs/faults.md is this table with the times of a run.
 * Each is shown by one live test.
 */
enum Fault {
    DEAD_TARGET(
            "F1",
            "dead target",
            "the Service leads to a port where nobody listens; denied and allowed by the matrix",
            3,
            "INCONCLUSIVE NO_CONTROL",
            "INCONCLUSIVE NO_CONTROL"),
    WRONG_PORT("F1", "wrong port", "a port that the Service does not have", 3, "INCONCLUSIVE NO_DESTINATION"),
    MISTYPED_DESTINATION(
            "F1", "mistyped destination", "a Service that does not exist", 3, "INCONCLUSIVE NO_DESTINATION"),
    MISSING_NAMESPACE("F1", "mistyped namespace", "a namespace that does not exist", 2),
    DNS_BLOCKED(
            "F2",
            "DNS blocked by policy",
            "egress to the pods of the namespace alone; another source may resolve",
            1,
            "FAIL NAME_NOT_RESOLVED",
            "PASS CONNECTED"),
    DNS_DOWN("F2", "CoreDNS down", "CoreDNS scaled to nothing", 3, "INCONCLUSIVE NAME_NOT_RESOLVED", "PASS DENIED"),
    FORBIDDEN_CREATE("F3", "forbidden: create pods", "a service account without it", 5, "INCONCLUSIVE PROBE_FAILED"),
    FORBIDDEN_LOGS("F3", "forbidden: pods/log", "a service account without it", 5, "INCONCLUSIVE PROBE_FAILED"),
    API_RESTARTED("F3", "API server restarted", "while the probes run", 0, "PASS CONNECTED", "PASS DENIED"),
    API_SLOW("F3", "API server slow", "it works 50 ms of every 1.5 s", 0, "PASS CONNECTED", "PASS DENIED"),
    OUT_OF_TIME(
            "F3",
            "no time",
            "--timeout shorter than the settle time",
            5,
            "INCONCLUSIVE OUT_OF_TIME",
            "INCONCLUSIVE OUT_OF_TIME"),
    PROBE_KILLED(
            "F4",
            "probe killed",
            "one of two probe pods deleted while it runs",
            3,
            "PASS CONNECTED",
            "INCONCLUSIVE PROBE_FAILED"),
    LOG_CUT("F4", "log stream cut", "the kubelets restarted while the probes run", 0, "PASS CONNECTED", "PASS DENIED"),
    KUBELET_STOPPED(
            "F4",
            "kubelet stopped",
            "on the node of one of two probes",
            3,
            "PASS CONNECTED",
            "INCONCLUSIVE PROBE_FAILED"),
    STARVED(
            "F4",
            "starved probe",
            "probes get 4 ms of CPU a second",
            5,
            "INCONCLUSIVE PROBE_UNRELIABLE",
            "INCONCLUSIVE PROBE_UNRELIABLE"),
    NO_ENDPOINTS("F5", "Service without endpoints", "nobody has its labels", 3, "INCONCLUSIVE NO_BACKEND"),
    NOT_READY("F5", "target not ready", "its readiness probe fails", 3, "INCONCLUSIVE NO_BACKEND"),
    RST("F6", "reject with RST", "a rule before the target", 0, "PASS DENIED"),
    PORT_UNREACHABLE("F6", "reject with port-unreachable", "a rule before the target", 0, "PASS DENIED"),
    ADMIN_PROHIBITED("F6", "reject with admin-prohibited", "a rule before the target", 0, "PASS DENIED"),
    WRONG_MANNER("F6", "rejected where the matrix says drop", "a rule before the target: RST", 1, "FAIL WRONG_MANNER"),
    ENGINE_LATE(
            "F7",
            "fresh pod let through before its rules land",
            "the policy engine started when the probes already run",
            0,
            "PASS CONNECTED",
            "PASS DENIED"),
    DENIED_AT_FIRST(
            "F8",
            "fresh pod denied before its allow lands",
            "packets dropped until the probe runs",
            0,
            "PASS CONNECTED"),
    UDP("F9", "UDP silence", "DNS over UDP; allowed to one, stopped for another", 0, "PASS CONNECTED", "PASS DENIED"),
    UDP_DEAD("F9", "UDP to a dead target", "a name server where nobody listens", 3, "INCONCLUSIVE NO_CONTROL"),
    KEPT_ALIVE(
            "F10",
            "kept-alive connection",
            "the source holds a connection from before the policy",
            0,
            "PASS CONNECTED",
            "PASS DENIED"),
    PROBE_SELECTED(
            "F11",
            "probe with application labels",
            "a Service, a ReplicaSet and a DaemonSet select it; never ready, never adopted",
            0,
            "PASS CONNECTED",
            "PASS DENIED"),
    PUBLISHED("F11", "Service that publishes the unready", "its selector matches the source", 5),
    HAIRPIN("F12", "hairpin", "a target's own labels against its own Service", 0, "PASS CONNECTED", "PASS DENIED"),
    NOTHING_SELECTED("F13", "nothing checked", "--only names nobody", 2),
    NO_IMAGE("F14", "image that cannot be pulled", "no registry has it", 5, "INCONCLUSIVE PROBE_FAILED"),
    UNSCHEDULABLE(
            "F14", "unschedulable probe", "no node has the workload's nodeSelector", 3, "INCONCLUSIVE PROBE_FAILED"),
    QUOTA("F14", "ResourceQuota", "no room for another pod", 3, "INCONCLUSIVE PROBE_FAILED"),
    LIMIT_RANGE("F14", "LimitRange", "its minimum is more than a probe asks for", 3, "INCONCLUSIVE PROBE_FAILED"),
    ADMISSION_DENIES("F14", "admission refuses", "a webhook that denies every pod", 3, "INCONCLUSIVE PROBE_FAILED"),
    ADMISSION_LABELS("F14", "admission changes labels", "a webhook that adds one", 3, "INCONCLUSIVE PROBE_CHANGED"),
    ADMISSION_INJECTS(
            "F14", "admission injects a container", "a webhook that adds one", 3, "INCONCLUSIVE PROBE_CHANGED"),
    FORGED(
            "",
            "forged results",
            "admission swaps a probe's command for one that writes whole rounds with the run's nonce",
            3,
            "INCONCLUSIVE PROBE_CHANGED",
            "INCONCLUSIVE PROBE_CHANGED"),
    FORGED_CONTROL(
            "",
            "forged control",
            "that probe says that it reached a dead target, which another source is denied",
            3,
            "INCONCLUSIVE NO_CONTROL"),
    OTHER_TASK(
            "",
            "another task for the probe",
            "admission changes an environment variable",
            3,
            "INCONCLUSIVE PROBE_CHANGED",
            "INCONCLUSIVE PROBE_CHANGED"),
    OTHER_IMAGE(
            "",
            "another image for the probe",
            "admission swaps it",
            3,
            "INCONCLUSIVE PROBE_CHANGED",
            "INCONCLUSIVE PROBE_CHANGED"),
    FLOOD(
            "",
            "flooded log",
            "170 MB of forged lines, a line without an end, and noise",
            3,
            "INCONCLUSIVE PROBE_CHANGED",
            "INCONCLUSIVE PROBE_CHANGED"),
    CHANGED_WHILE_IT_RAN(
            "",
            "probe changed while it runs",
            "its image patched after the first round",
            3,
            "PASS CONNECTED",
            "INCONCLUSIVE PROBE_FAILED"),
    ONE_NODE_OPEN(
            "F15",
            "one node not enforcing",
            "the policy engine off on one of two nodes, a target on each",
            1,
            "FAIL OPEN"),
    HALF_UNREACHABLE(
            "F15",
            "half of a Service's endpoints unreachable",
            "packets to one of two pods dropped",
            1,
            "FAIL BLOCKED"),
    MISTYPED_SOURCE(
            "F16",
            "mistyped source",
            "a Deployment that does not exist; labels that nobody has",
            3,
            "INCONCLUSIVE NO_SUCH_SOURCE",
            "INCONCLUSIVE NO_SUCH_SOURCE"),
    LOOPBACK_SERVER("F17", "server bound to loop-back only", "alive to a port-forward", 3, "INCONCLUSIVE NO_CONTROL"),
    ENGINE_OFF("", "policy that nobody enforces", "the policy engine off", 1, "PASS CONNECTED", "FAIL OPEN"),
    LOSS("", "packet loss", "5 % on one node", 0, "PASS CONNECTED", "PASS DENIED"),
    POLICY_CHANGED("", "policy changed during the run", "a denying policy applied in round 5", 1, "FAIL OPEN"),
    TARGET_RESTARTED(
            "", "target restarted during the run", "its process ended in round 2", 3, "INCONCLUSIVE TARGET_CHANGED"),
    ANOTHER_POD(
            "",
            "another pod answers behind the Service",
            "kube-proxy stopped, then the Service's selector changed",
            1,
            "PASS CONNECTED",
            "FAIL OPEN"),
    TWO_RUNS("", "two runs of the same matrix at once", "side by side", 0, "PASS CONNECTED", "PASS DENIED"),
    INTERRUPTED("", "SIGINT", "while the probes run", 130, "INCONCLUSIVE OUT_OF_TIME", "INCONCLUSIVE OUT_OF_TIME"),
    TERMINATED("", "SIGTERM", "while the probes run", 143, "INCONCLUSIVE OUT_OF_TIME", "INCONCLUSIVE OUT_OF_TIME"),
    KILLED(
            "",
            "SIGKILL",
            "while the probes run; the run after it removes what is left, and nothing else",
            0,
            "PASS CONNECTED",
            "PASS DENIED");

    private static final Duration END = Duration.ofSeconds(40);

    private final String design;
    private final String title;
    private final String done;
    private final int exit;
    private final List<String> verdicts;

    /**
     * @param design the fault's number in the design, if it has one
     * @param title what goes wrong
     * @param done how it is made to go wrong
     * @param exit what the process says
     * @param verdicts status and reason of each check concerned
     */
    Fault(String design, String title, String done, int exit, String... verdicts) {
        this.design = design;
        this.title = title;
        this.done = done;
        this.exit = exit;
        this.verdicts = List.of(verdicts);
    }

    /** Asserts that a run said what the table says, of these checks, and that nothing is left; the time goes into the table. */
    void shown(LiveCluster live, Ran ran, String... sentences) {
        ran.exits(exit);
        assertThat(sentences).as("the checks that %s is shown by", name()).hasSameSizeAs(verdicts);
        for (int i = 0; i < sentences.length; i++) {
            String[] verdict = verdicts.get(i).split(" ", 2);
            ran.that(sentences[i]).is(verdict[0], verdict[1]);
        }
        // What a dead kubelet held goes when the kubelet is back.
        Awaitility.await("the end of " + live.leftovers())
                .atMost(END)
                .pollDelay(Duration.ZERO)
                .until(() -> live.leftovers().isEmpty());
        FaultTable.shown(this, took(ran));
    }

    private static Duration took(Ran ran) {
        return ran.report().isMissingNode()
                ? Duration.ZERO
                : Duration.between(
                        Instant.parse(ran.report().path("started").asText()),
                        Instant.parse(ran.report().path("finished").asText()));
    }

    String row(String time) {
        return "| " + String.join(" | ", design.isEmpty() ? "–" : design, title, done, said(), "" + exit, time, "none")
                + " |";
    }

    private String said() {
        return verdicts.isEmpty() ? "refused before anything starts" : String.join("<br>", verdicts);
    }
}
