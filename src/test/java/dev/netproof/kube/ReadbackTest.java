package dev.netproof.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReadbackTest {
    private static Pod asked() {
        return Serialization.unmarshal(ReadbackTest.class.getResourceAsStream("probe.yaml"), Pod.class);
    }

    @Test
    void what_kubernetes_fills_in_is_no_change() {
        Pod got = new PodBuilder(asked())
                .editMetadata()
                .addToLabels("topology.kubernetes.io/zone", "a")
                .withUid("u")
                .endMetadata()
                .editSpec()
                .withNodeName("node1")
                .withDnsPolicy("ClusterFirst")
                .withSchedulerName("default-scheduler")
                .endSpec()
                .build();
        assertThat(Readback.changes(asked(), got)).isEmpty();
    }

    @Test
    void everything_that_the_network_could_notice_is_named() {
        Pod got = new PodBuilder(asked())
                .editMetadata()
                .addToLabels("app", "other")
                .addToLabels("team", "x")
                .endMetadata()
                .editSpec()
                .withServiceAccountName("default")
                .withHostNetwork(true)
                .withDnsPolicy("None")
                .addNewContainer()
                .withName("istio-proxy")
                .endContainer()
                .addNewInitContainer()
                .withName("istio-init")
                .endInitContainer()
                .editSecurityContext()
                .withRunAsUser(1337L)
                .endSecurityContext()
                .endSpec()
                .build();
        assertThat(Readback.changes(asked(), got))
                .hasValueSatisfying(changes -> assertThat(changes)
                        .contains("label app is other instead of storefront")
                        .contains("label team=x was added")
                        .contains("container istio-proxy was added")
                        .contains("init container istio-init was added")
                        .contains("the service account is default instead of front")
                        .contains("node's network")
                        .contains("DNS settings")
                        .contains("user 1337 instead of 65532"));
    }

    private static String changes(Consumer<Container> by) {
        Pod got = asked();
        by.accept(got.getSpec().getContainers().get(0));
        return Readback.changes(asked(), got).orElse("");
    }

    @Test
    void another_program_is_named() {
        assertThat(changes(probe -> probe.setImage("docker.io/evil/curl:8.16.0")))
                .contains("image is docker.io/evil/curl:8.16.0 instead of docker.io/curlimages/curl:8.16.0")
                .contains("--mirror")
                .contains("--curl-image")
                .contains("--netshoot-image")
                .contains("--server-image");
        assertThat(changes(probe -> probe.setImage("docker.io/curlimages/curl:latest")))
                .contains("image");
        assertThat(changes(probe -> probe.setCommand(List.of("sh", "-c", "echo forged"))))
                .contains("command");
        assertThat(changes(probe -> probe.setArgs(List.of("-x")))).contains("command");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docker.io/curlimages/curl:8.16.0",
                "curlimages/curl:8.16.0",
                "index.docker.io/curlimages/curl:8.16.0",
                "docker.io/curlimages/curl:8.16.0@sha256:12",
                "docker.io/curlimages/curl@sha256:12"
            })
    void the_same_image_may_be_written_in_other_words(String image) {
        assertThat(changes(probe -> probe.setImage(image))).isEmpty();
    }

    @Test
    void another_task_for_the_same_program_is_named() {
        assertThat(changes(probe -> probe.getEnv().get(0).setValue("2")))
                .contains("environment variable A was changed");
        assertThat(changes(probe -> probe.getEnv().remove(0))).contains("environment variable A was changed");
        assertThat(changes(probe -> probe.getEnv().add(variable("A", "2"))))
                .contains("environment variable A was changed");
        assertThat(changes(probe -> probe.getEnvFrom()
                        .add(new EnvFromSourceBuilder()
                                .withNewSecretRef("x", true)
                                .build())))
                .contains("envFrom was added");
    }

    @ParameterizedTest
    @ValueSource(strings = {"LD_PRELOAD", "PATH", "ENV", "NETPROOF_CURL_9", "RES_OPTIONS", "LOCALDOMAIN"})
    void what_decides_which_program_runs_or_what_a_name_is_must_not_be_added(String name) {
        assertThat(changes(probe -> probe.getEnv().add(variable(name, "/tmp"))))
                .contains("environment variable " + name + " was added");
    }

    @Test
    void what_clouds_add_for_their_credentials_is_no_change() {
        assertThat(changes(probe -> {
                    probe.getEnv().add(variable("AWS_ROLE_ARN", "arn"));
                    probe.getVolumeMounts()
                            .add(new VolumeMountBuilder()
                                    .withName("aws-iam-token")
                                    .withMountPath("/var/run/secrets/eks.amazonaws.com/serviceaccount")
                                    .build());
                }))
                .isEmpty();
    }

    private static String mounted(String path) {
        return changes(probe -> probe.getVolumeMounts()
                .add(new VolumeMountBuilder().withName("x").withMountPath(path).build()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/bin",
                "/sbin/",
                "/lib",
                "/lib64",
                "/lib/libc.so",
                "/usr",
                "/usr/bin",
                "/usr/bin/curl",
                "/usr/sbin",
                "/usr/lib",
                "/usr/lib64/gconv",
                "/usr/libexec",
                "/usr/local",
                "/usr/local/bin",
                "/agnhost",
                "/etc",
                "//etc/./hosts",
                "/etc/hosts",
                "/etc/resolv.conf",
                "/etc/nsswitch.conf",
                "/etc/gai.conf",
                "/etc/ld.so.preload",
                "/etc/ld.so.conf.d/x.conf",
                "/etc/ld-musl-x86_64.path",
                "/etc/ssl",
                "/etc/ssl/openssl.cnf",
                "/etc/alternatives/telnet",
                "/root",
                "/home/curl_user",
                "/proc",
                "/proc/uptime",
                "/sys",
                "/var/run/../../etc/hosts",
                "usr/bin"
            })
    void a_mount_that_decides_what_runs_or_what_a_name_is_is_named(String path) {
        assertThat(mounted(path)).isEqualTo("a volume was mounted at " + path);
    }

    /** What k8tz, Datadog, lxcfs and those who bring authorities of their own mount into every pod. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/localtime",
                "/usr/share/zoneinfo",
                "/var/run/datadog",
                "/proc/meminfo",
                "/proc/cpuinfo",
                "/sys/devices/system/cpu/online",
                "/etc/ssl/certs",
                "/etc/ssl/certs/ca-certificates.crt",
                "/usr/local/share/ca-certificates",
                "/etc/hostname",
                "/tmp",
                "/libraries.txt/../srv",
                "/var/lib",
                "/var/run/secrets/kubernetes.io/serviceaccount"
            })
    void a_mount_that_nothing_is_executed_from_is_no_change(String path) {
        assertThat(mounted(path)).isEmpty();
    }

    @Test
    void what_could_replace_programs_or_speak_in_their_place_is_named() {
        assertThat(changes(probe -> probe.setLifecycle(new Lifecycle())))
                .contains("a lifecycle hook or an exec probe was added");
        assertThat(changes(probe -> probe.setLivenessProbe(new ProbeBuilder()
                        .withNewExec()
                        .withCommand("sh")
                        .endExec()
                        .build())))
                .contains("a lifecycle hook or an exec probe was added");
        Pod debugged = new PodBuilder(asked())
                .editSpec()
                .withShareProcessNamespace(true)
                .addNewEphemeralContainer()
                .withName("debugger")
                .endEphemeralContainer()
                .endSpec()
                .build();
        assertThat(Readback.changes(asked(), debugged))
                .hasValueSatisfying(changes -> assertThat(changes)
                        .contains("ephemeral container debugger was added")
                        .contains("shares a process namespace"));
    }

    private static EnvVar variable(String name, String value) {
        return new EnvVar(name, value, null);
    }
}
