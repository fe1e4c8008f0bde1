package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people reported of policies that did not do as they believed, each with the answer that the specification gives. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
@Execution(ExecutionMode.CONCURRENT)
final class CasesIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("cases");

    @BeforeAll
    static void lab() {
        Lab.needed("two nodes of two families with an enforcing engine, and a host outside");
    }

    private static FieldCase given(String number) {
        return FieldCase.applied(LIVE, number);
    }

    /** The lab's engine takes named ports from ordinary containers alone, and stops what the policy admits. */
    @Test
    void case01_a_port_that_only_a_native_sidecar_declares() {
        FieldCase edge = given("01");

        Ran ran = edge.run("matrix.yaml").exits(1);
        for (String to : new String[] {"svc/edge", "deploy/edge:tls"}) {
            Ran.Result result =
                    ran.that("deploy/client → " + to + " is allowed").is("FAIL", "BLOCKED");
            assertThat(result.controls()).isNotEmpty().doesNotContain("NONE");
        }
        ran.that("deploy/client → deploy/edge:http is denied").is("PASS", "DENIED");
        ran.that("stranger → svc/edge is denied").is("PASS", "DENIED");

        edge.apply(edge.policy("edge-admits-client").replace("port: tls", "port: 8443"));
        edge.run("matrix.yaml").exits(0);
    }

    @Test
    void case03_the_services_port_in_the_policy() {
        FieldCase web = given("03");

        Ran ran = web.run("matrix.yaml").exits(1);
        ran.that("deploy/client → svc/web is allowed")
                .is("FAIL", "BLOCKED")
                .advises("Ingress of svc/web", "port 80", "8080");
        ran.that("deploy/buyer → svc/stock is allowed")
                .is("FAIL", "BLOCKED")
                .advises("Egress of deploy/buyer", "port 80", "8080");
        ran.that("deploy/client → svc/stock is allowed").is("PASS", "CONNECTED");

        web.apply(web.policy("web-admits-client").replace("port: 80}", "port: 8080}"));
        web.apply(web.policy("buyer-may").replace("port: 80}", "port: 8080}"));
        web.run("matrix.yaml").exits(0);
    }

    @Test
    void case04_policy_types_left_out_said_and_forgotten() {
        Ran ran = given("04").run("matrix.yaml").exits(1);

        ran.that("deploy/prom → svc/worker is allowed").is("FAIL", "BLOCKED");
        ran.that("deploy/picky → svc/other is denied").is("FAIL", "OPEN");
        for (String allowed :
                new String[] {"deploy/prom → svc/clerk", "deploy/worker → svc/store", "deploy/picky → svc/store"}) {
            ran.that(allowed + " is allowed").is("PASS", "CONNECTED");
        }
        for (String denied : new String[] {"deploy/worker → svc/other", "deploy/clerk → svc/other"}) {
            ran.that(denied + " is denied").is("PASS", "DENIED");
        }
    }

    @Test
    void case06_an_egress_rule_of_one_family() {
        FieldCase api = given("06");

        api.run("matrix.yaml").exits(0);

        api.apply(api.policy("internet-only").stripTrailing() + "\n    - to: [{ipBlock: {cidr: \"::/0\"}}]\n");
        Ran ran = api.run("matrix.yaml").exits(1);
        ran.that("deploy/client → ip/[2001:db8:51::10]:80 is denied").is("FAIL", "OPEN");
        ran.that("deploy/client → svc/api is denied").is("PASS", "DENIED");
    }

    @ParameterizedTest
    @CsvSource({"::/0, IPv6", "0.0.0.0/0, IPv4"})
    void case07_a_hole_in_one_family(String range, String family) {
        String number = "07";
        FieldCase api = family.equals("IPv6")
                ? given(number)
                : FieldCase.appliedBeside(LIVE, number, "mirror", text -> text.replace("::/0", range));

        Ran ran = api.run("matrix.yaml").exits(1);
        ran.that("deploy/friend → svc/api is allowed").is("PASS", "CONNECTED");
        for (String from : new String[] {"deploy/client", "stranger"}) {
            ran.that(from + " → svc/api is denied").is("FAIL", "OPEN").says("over " + family + " alone");
        }
    }

    @Test
    void case09_the_api_server_by_its_services_address() {
        FieldCase ctl = given("09");

        Ran ran = ctl.run("matrix.yaml").exits(1);
        Ran.Result blocked =
                ran.that("deploy/ctl → default/svc/kubernetes is allowed").is("FAIL", "BLOCKED");
        assertThat(blocked.controls()).containsOnly("REACHED");
        blocked.advises("10.250.0.1", "6443", "ipBlock");
        ran.that("deploy/free → default/svc/kubernetes is allowed").is("PASS", "CONNECTED");

        ctl.apply(ctl.policy("ctl-may").stripTrailing()
                + "\n    - to: [{ipBlock: {cidr: 10.250.0.1/32}}]\n      ports: [{port: 6443}]\n");
        ctl.run("matrix.yaml").exits(0);
    }

    @Test
    void case10_a_service_that_leads_out_of_the_cluster() {
        FieldCase legacy = given("10");

        Ran ran = legacy.run("matrix.yaml").exits(0);
        assertThat(ran.that("deploy/client → svc/legacy is denied")
                        .is("PASS", "DENIED")
                        .controls())
                .isNotEmpty()
                .containsOnly("REACHED");

        legacy.run("believed.yaml")
                .exits(1)
                .that("deploy/client → svc/legacy is allowed")
                .is("FAIL", "BLOCKED")
                .advises("ipBlock");
    }

    /** A starter matrix of a namespace as they really are: what is no check in it is a comment. */
    @Test
    void case12_a_starter_matrix_of_an_odd_namespace() throws IOException {
        FieldCase odd = given("12");
        Path start = LIVE.file("start.yaml");

        Streams.Captured written = LIVE.command("init", "-n", odd.namespace(), start.toString());
        assertThat(written.exit()).as(written.err()).isZero();
        String text = Files.readString(start);
        assertThat(text).contains("sts/db:5432", "cronjob/nightly", "svc/web:53");
        for (String left : new String[] {"syslog", "partner", "legacy", "ds/agent as a source"}) {
            assertThat(text.lines().filter(line -> line.startsWith("#"))).anyMatch(line -> line.contains(left));
        }
        assertThat(LIVE.command("lint", start.toString()).exit()).isZero();
        assertThat(LIVE.command("lint", "--live", start.toString()).exit()).isIn(0, 3);
        Ran ran = LIVE.run(LIVE.kubeconfig(), start, LiveCluster.OWN_NAMESPACE).exits(1);
        ran.that("deploy/web → sts/db:5432 is denied").is("FAIL", "OPEN");
        ran.that("deploy/web → svc/idle is denied").is("INCONCLUSIVE", "NO_BACKEND");
    }

    @Test
    void case13_internal_traffic_policy_local() {
        FieldCase cache = given("13");

        Ran ran = cache.run("matrix.yaml").exits(1);
        String explanation = ran.report().toPrettyString();
        assertThat(explanation).contains("internalTrafficPolicy");
        assertThat(explanation).doesNotContain("egress rule").doesNotContain("Ingress of");

        Ran denied = cache.run("denied.yaml").exits(1);
        denied.report().path("results").forEach(result -> {
            assertThat(result.at("/verdict/reason").asText()).isEqualTo("OPEN");
            result.path("paths")
                    .forEach(path -> assertThat(path.path("kind").asText()
                                    + path.path("outcome").asText()
                                    + path.path("control").asText())
                            .doesNotStartWith("VIPTIMEOUTREACHED"));
        });
    }

    @Test
    void case17_a_namespace_selector_by_a_label_that_no_namespace_has() {
        FieldCase app = given("17");

        Ran ran = app.run("matrix.yaml").exits(1);
        ran.that(app.namespace() + "-mon/deploy/prom → svc/app is allowed")
                .is("FAIL", "BLOCKED")
                .advises("Ingress of svc/app");
        ran.that("stranger → svc/app is denied").is("PASS", "DENIED");

        LIVE.client().namespaces().withName(app.namespace() + "-mon").edit(namespace -> {
            namespace.getMetadata().getLabels().put("name", app.namespace() + "-mon");
            return namespace;
        });
        app.run("matrix.yaml").exits(0);
    }

    /** Between nodes the rule does not match; to its own node's exporter every pod gets through. */
    @Test
    void case18_a_rule_that_names_pods_in_their_nodes_network() {
        FieldCase exporter = given("18");

        Ran ran = exporter.run("matrix.yaml").exits(1);
        ran.that("prom → ds/exporter:9100 is allowed").is("FAIL", "BLOCKED").advises("ipBlock");
        ran.that("free → ds/exporter:9100 is allowed").is("PASS", "CONNECTED");

        Ran denied = exporter.run("denied.yaml").exits(1);
        denied.that("prom → ds/exporter:9100 is denied").is("FAIL", "OPEN");
        assertThat(denied.notes()).anyMatch(note -> note.contains("uses hostNetwork"));

        exporter.apply(exporter.policy("prom-may").stripTrailing()
                + "\n    - to: [{ipBlock: {cidr: 10.250.0.0/24}}, {ipBlock: {cidr: \"fd00:10:250::/64\"}}]"
                + "\n      ports: [{port: 9100}]\n");
        exporter.run("matrix.yaml").exits(0);
    }

    @Test
    void case24_the_namespace_default_is_locked() {
        FieldCase client = given("24");
        try {
            Ran ran = client.run("matrix.yaml").exits(0);
            for (String to : new String[] {"ip/198.51.100.10:80", "outside.example.com:80"}) {
                assertThat(ran.that("deploy/client → " + to + " is denied")
                                .is("PASS", "DENIED")
                                .controls())
                        .containsOnly("REACHED");
            }
            Ran locked =
                    client.run("matrix.yaml", "--control-namespace", "default").exits(3);
            locked.that("deploy/client → ip/198.51.100.10:80 is denied")
                    .is("INCONCLUSIVE", "NO_CONTROL")
                    .advises("--control-namespace");
            client.run("matrix.yaml", "--control-namespace", client.namespace() + "-open")
                    .exits(0);
        } finally {
            LIVE.client()
                    .network()
                    .v1()
                    .networkPolicies()
                    .inNamespace("default")
                    .withName(client.namespace() + "-cis")
                    .delete();
        }
    }
}
