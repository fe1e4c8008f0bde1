package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.netproof.cli.InProcess;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A live cluster for one test class, with namespaces of its own. It is the fork's own of $NETPROOF_LIVE_KUBECONFIGS, else that of
 * $KUBECONFIG, else K3s in a container, else the class is skipped and says so. After every test it looks whether netproof left anything behind.
 */
final class LiveCluster
        implements ExecutionCondition, BeforeAllCallback, AfterEachCallback, BeforeEachCallback, AfterAllCallback {
    static final String ROLE = "netproof.dev/role";

    /** An option of these tests alone: run as people do, with the canary. */
    static final String CANARY = "canary";

    /** The run makes a namespace for what netproof itself needs, as it does unless told otherwise. */
    static final String OWN_NAMESPACE = "a namespace of the run's own";

    /** Namespaces of a test class, so that one class does not take another's probes for leftovers. */
    private static final String OWNER = "live-test";

    private static final String K3S = "docker.io/rancher/k3s:v1.34.2-k3s1";
    private static final Duration START = Duration.ofMinutes(2);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final String name;
    private final Map<String, String> labels;
    private Optional<KubernetesClient> client = Optional.empty();
    private final List<String> namespaces = new CopyOnWriteArrayList<>();
    private int underWay;
    private Optional<Path> folder = Optional.empty();

    private LiveCluster(String name, Map<String, String> labels) {
        this.name = "live-" + name + "-" + Long.toString(System.nanoTime(), 36);
        this.labels = labels;
    }

    static LiveCluster with(String name) {
        return new LiveCluster(name, Map.of());
    }

    /** Its namespace enforces the restricted Pod Security Standard. */
    static LiveCluster restricted(String name) {
        return new LiveCluster(name, Map.of("pod-security.kubernetes.io/enforce", "restricted"));
    }

    /** The one K3s of this JVM; it goes with the JVM. */
    private static final class SharedK3s {
        private static final Path KUBECONFIG = start();

        @SuppressWarnings("resource")
        private static Path start() {
            K3sContainer k3s = new K3sContainer(DockerImageName.parse(K3S));
            k3s.start();
            try {
                Path file = Files.createTempFile("netproof-k3s", ".yaml");
                Files.writeString(file, k3s.getKubeConfigYaml(), StandardCharsets.UTF_8);
                file.toFile().deleteOnExit();
                return file;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    static Optional<Path> given() {
        return Fork.kubeconfig();
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (given().isPresent()) {
            return ConditionEvaluationResult.enabled("KUBECONFIG names a cluster");
        }
        if (DockerClientFactory.instance().isDockerAvailable()) {
            return ConditionEvaluationResult.enabled("K3s in a container");
        }
        String why = "no live cluster: KUBECONFIG is not set and there is no Docker for K3s";
        System.err.println(context.getDisplayName() + " skipped: " + why);
        return ConditionEvaluationResult.disabled(why);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folder = Optional.of(Files.createTempDirectory(name));
        namespace();
    }

    @Override
    public synchronized void beforeEach(ExtensionContext context) {
        underWay++;
    }

    /** While another test of the class is under way, its probes are no leftovers: the last one looks for all of them. */
    @Override
    public synchronized void afterEach(ExtensionContext context) {
        underWay--;
        if (underWay == 0) {
            assertNothingLeft();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (client.isPresent()) {
            for (String namespace : namespaces) {
                client().namespaces().withName(namespace).withGracePeriod(0).delete();
            }
            client().close();
        }
        if (folder.isPresent()) {
            try (Stream<Path> files = Files.walk(folder.get())) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    }

    Path kubeconfig() {
        return given().orElseGet(() -> SharedK3s.KUBECONFIG);
    }

    synchronized KubernetesClient client() {
        if (client.isEmpty()) {
            client = Optional.of(new KubernetesClientBuilder()
                    .withConfig(Config.fromKubeconfig(kubeconfig().toFile()))
                    .build());
        }
        return client.get();
    }

    /** The namespace of the test class. */
    String namespace() {
        if (namespaces.isEmpty()) {
            create(name);
        }
        return name;
    }

    /** One more. */
    String another(String suffix) {
        return create(name + "-" + suffix);
    }

    private String create(String namespace) {
        namespaces.add(namespace);
        Namespace wanted = new NamespaceBuilder()
                .withNewMetadata()
                .withName(namespace)
                .addToLabels(OWNER, name)
                .addToLabels(labels)
                .endMetadata()
                .build();
        client().resource(wanted).create();
        Awaitility.await("the namespace's service account")
                .atMost(START)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> client().serviceAccounts()
                                .inNamespace(namespace)
                                .withName("default")
                                .get()
                        != null);
        return namespace;
    }

    void apply(String... manifests) {
        applyIn(namespace(), manifests);
    }

    void applyIn(String namespace, String... manifests) {
        String all = String.join("", manifests);
        client().load(new ByteArrayInputStream(all.getBytes(StandardCharsets.UTF_8)))
                .items()
                .forEach(item -> client().resource(item).inNamespace(namespace).create());
    }

    void delete(String... manifests) {
        String all = String.join("", manifests);
        client().load(new ByteArrayInputStream(all.getBytes(StandardCharsets.UTF_8)))
                .items()
                .forEach(
                        item -> client().resource(item).inNamespace(namespace()).delete());
    }

    /** Until these have a ready pod, all that is in the namespace when none is named. */
    void awaitReady(String... deployments) {
        List<String> names = List.of(deployments);
        Awaitility.await("ready pods of " + (names.isEmpty() ? "everything" : names))
                .atMost(START)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> client().apps().deployments().inNamespace(namespace()).list().getItems().stream()
                        .filter(one -> names.isEmpty()
                                || names.contains(one.getMetadata().getName()))
                        .allMatch(LiveCluster::isReady));
        Awaitility.await("the pods of every DaemonSet")
                .atMost(START)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> client().apps().daemonSets().inNamespace(namespace()).list().getItems().stream()
                        .allMatch(one -> one.getStatus() != null
                                && one.getStatus().getDesiredNumberScheduled() > 0
                                && one.getStatus()
                                        .getDesiredNumberScheduled()
                                        .equals(one.getStatus().getNumberReady())));
    }

    void awaitStatefulSets() {
        Awaitility.await("the pods of every StatefulSet")
                .atMost(START)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> client().apps().statefulSets().inNamespace(namespace()).list().getItems().stream()
                        .allMatch(one -> one.getStatus() != null
                                && one.getSpec()
                                        .getReplicas()
                                        .equals(one.getStatus().getReadyReplicas())));
    }

    private static boolean isReady(Deployment deployment) {
        return deployment.getStatus() != null
                && deployment
                        .getSpec()
                        .getReplicas()
                        .equals(deployment.getStatus().getReadyReplicas());
    }

    /** The pod of a deployment. */
    Pod podOf(String app) {
        return client().pods().inNamespace(namespace()).withLabel("app", app).list().getItems().stream()
                .filter(pod -> !pod.getMetadata().getLabels().containsKey(ROLE))
                .findFirst()
                .orElseThrow();
    }

    /** Netproof's objects, in all namespaces except those of other test classes. */
    List<String> leftovers() {
        List<String> foreign = client().namespaces().withLabel(OWNER).list().getItems().stream()
                .map(one -> one.getMetadata().getName())
                .filter(one -> !namespaces.contains(one))
                .toList();
        return client().pods().inAnyNamespace().withLabel(ROLE).list().getItems().stream()
                .map(Pod::getMetadata)
                .filter(pod -> !foreign.contains(pod.getNamespace()))
                .map(pod -> pod.getNamespace() + "/" + pod.getName())
                .toList();
    }

    /** Until a probe of this class's namespaces runs. */
    void awaitProbe(Started run) {
        Awaitility.await("a probe runs")
                .atMost(START)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    assertThat(run.process().isAlive()).as(run.err()).isTrue();
                    return client().pods().inNamespace(namespace()).withLabel(ROLE, "probe").list().getItems().stream()
                            .anyMatch(pod -> pod.getStatus() != null
                                    && "Running".equals(pod.getStatus().getPhase()));
                });
    }

    void assertNothingLeft() {
        assertThat(leftovers()).as("what netproof left in the cluster").isEmpty();
    }

    /** Writes a matrix; its default namespace is the test class's own. */
    Path matrix(String body) {
        Path file = file("matrix.yaml");
        try {
            Files.writeString(file, """
                    apiVersion: netproof.dev/v1
                    kind: ConnectivityMatrix
                    metadata: {name: live}
                    defaults: {namespace: %s}
                    """.formatted(namespace()) + body, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return file;
    }

    /** A file name that nobody has used. */
    Path file(String suffix) {
        return folder.orElseThrow().resolve(COUNTER.incrementAndGet() + "-" + suffix);
    }

    /** Runs a matrix as the command line does, quickly: the lab's rules arrive at once, and K3s's within a second or two. */
    Ran run(String body, String... options) {
        return run(kubeconfig(), matrix(body), options);
    }

    Ran run(Path kubeconfig, Path matrix, String... options) {
        Path json = file("report.json");
        Path junit = file("report.xml");
        List<String> args = arguments(kubeconfig, matrix, json, junit, options);
        Streams.Captured captured = Streams.capture(() -> InProcess.execute(args.toArray(String[]::new)));
        return new Ran(captured.exit(), captured.out(), captured.err(), read(json), junit);
    }

    /** The same, once more while probes starve, for what can be seen only of probes that get to run. */
    Ran runFed(String body, String... options) {
        Ran ran = run(body, options);
        for (int more = 2; more > 0 && ran.notes().stream().anyMatch(note -> note.contains("starved")); more--) {
            ran = run(body, options);
        }
        return ran;
    }

    /** A run in which something happens once every probe of these sources has ended so many rounds. */
    Ran runWhile(String body, int rounds, List<String> apps, Runnable happening, String... options) {
        CompletableFuture<Ran> run = CompletableFuture.supplyAsync(() -> run(body, options));
        Awaitility.await("round " + rounds + " of the probes of " + apps)
                .atMost(START)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> run.isDone() || apps.stream().allMatch(app -> rounds(app) >= rounds));
        if (!run.isDone()) {
            happening.run();
        }
        return run.orTimeout(START.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** The rounds that the probe with an application's labels has ended. */
    private long rounds(String app) {
        return probeOf(app)
                .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
                .map(pod -> client().pods().resource(pod).getLog().lines())
                .map(lines ->
                        lines.filter(line -> line.matches("\\S+ \\d+ E .*")).count())
                .orElse(0L);
    }

    /** The running run's probe with an application's labels. */
    Optional<Pod> probeOf(String app) {
        return client()
                .pods()
                .inNamespace(namespace())
                .withLabel("app", app)
                .withLabel(ROLE, "probe")
                .list()
                .getItems()
                .stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .findFirst();
    }

    /** Any command, on this cluster. */
    Streams.Captured command(String... words) {
        List<String> args = new ArrayList<>(List.of(words));
        args.addAll(List.of("--kubeconfig", kubeconfig().toString()));
        return Streams.capture(() -> InProcess.execute(args.toArray(String[]::new)));
    }

    private List<String> arguments(Path kubeconfig, Path matrix, Path json, Path junit, String... options) {
        List<String> args = new ArrayList<>(List.of(
                "run",
                matrix.toString(),
                "--kubeconfig",
                kubeconfig.toString(),
                "--report",
                "json=" + json,
                "--report",
                "junit=" + junit));
        for (String pace : List.of("--settle=2s", "--deadline=15s", "--connect-timeout=2s")) {
            String option = pace.substring(0, pace.indexOf('='));
            if (Arrays.stream(options).noneMatch(given -> given.startsWith(option))) {
                args.add(pace);
            }
        }
        // A namespace to make and to remove takes its time too.
        if (!List.of(options).contains(OWN_NAMESPACE) && !List.of(options).contains("--control-namespace")) {
            args.addAll(List.of("--control-namespace", namespace()));
        }
        args.addAll(Stream.of(options)
                .filter(option -> !option.equals(CANARY) && !option.equals(OWN_NAMESPACE))
                .toList());
        // Most tests ask about one path; a canary beside each of them would take longer than the test.
        if (!List.of(options).contains(CANARY)) {
            args.add("--no-canary");
        }
        return args;
    }

    private static JsonNode read(Path json) {
        try {
            return Files.exists(json) ? JSON.readTree(json.toFile()) : MissingNode.getInstance();
        } catch (IOException e) {
            throw new AssertionError("the report is not whole", e);
        }
    }

    /** A run in a process of its own, for what concerns processes. */
    Started start(String body, String... options) {
        Path json = file("report.json");
        Path junit = file("report.xml");
        return begin(json, junit, arguments(kubeconfig(), matrix(body), json, junit, options));
    }

    /** Any command in a process of its own. */
    Started begin(String... words) {
        List<String> args = new ArrayList<>(List.of(words));
        args.addAll(List.of("--kubeconfig", kubeconfig().toString()));
        return begin(file("report.json"), file("report.xml"), args);
    }

    private Started begin(Path json, Path junit, List<String> arguments) {
        Path out = file("out.txt");
        Path err = file("err.txt");
        Path jar = Path.of("target", "netproof-cli.jar");
        // A build in the background of a shell ignores Ctrl-C, and so would its children.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT,TERM"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Files.exists(jar)) {
            command.addAll(List.of("-jar", jar.toString()));
        } else {
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.netproof.cli.Main"));
        }
        command.addAll(arguments);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            return new Started(process, out, err, json, junit);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Any command in a process of its own, on a terminal where somebody gives an answer; returns what the terminal shows. */
    String onATerminal(String answer, String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-Djdk.console=java.base", "-jar", "target/netproof-cli.jar"));
        command.addAll(List.of(words));
        command.addAll(List.of("--kubeconfig", kubeconfig().toString()));
        Path shown = file("terminal.txt");
        ProcessBuilder builder = new ProcessBuilder("script", "-qec", String.join(" ", command), "/dev/null")
                .redirectErrorStream(true)
                .redirectOutput(shown.toFile());
        builder.environment().put("TERM", "xterm");
        Process process = builder.start();
        try (OutputStream keyboard = process.getOutputStream()) {
            keyboard.write((answer + "\n").getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        return Files.readString(shown, StandardCharsets.UTF_8);
    }

    /** A run that is under way. */
    record Started(Process process, Path outFile, Path errFile, Path json, Path junit) {
        /** Sends it a signal: INT, TERM. */
        void signal(String name) throws IOException, InterruptedException {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
            assertThat(kill.waitFor()).isZero();
        }

        Ran ends(Duration within) throws InterruptedException {
            boolean ended = process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            assertThat(ended).as("the run ends within %s: %s", within, err()).isTrue();
            return finished();
        }

        Ran finished() {
            return new Ran(process.exitValue(), text(outFile), text(errFile), read(json), junit);
        }

        String err() {
            return text(errFile);
        }

        private static String text(Path file) {
            try {
                return Files.readString(file, StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
