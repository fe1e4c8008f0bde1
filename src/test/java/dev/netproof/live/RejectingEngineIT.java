package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An engine that decides as ever and answers what it denies, instead of dropping it. */
@Isolated("the engine is everybody's")
@Timeout(value = 4, unit = TimeUnit.MINUTES)
final class RejectingEngineIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("rejecting");

    @BeforeAll
    static void aShop() {
        Lab.needed("an engine that rejects");
        LIVE.apply(Manifests.server("web", 80, 8080), Manifests.client("front"), Manifests.admits("web", "front"));
        LIVE.awaitReady("web", "front");
    }

    @AfterAll
    static void nothingIsLeft() {
        Checked.nothingIsLeft(LIVE);
    }

    @AfterEach
    void engineOn() {
        if (Lab.here()) {
            Lab.engine("on");
        }
        Checked.nothingStays(LIVE);
    }

    @Test
    @EnabledIfSystemProperty(named = "netproof.full", matches = "true")
    void is_enforcing_in_every_row_and_says_that_denials_are_resets() {
        Lab.engine("reject");
        Checked checked = Checked.by(LIVE, "--profile", "full");
        // As with the engine that drops: now and then a fresh pod's first packet is quicker than the engine.
        boolean late = checked.rows("policy-before-pod").stream().anyMatch(row -> row.contains(" NOT_ENFORCED "));
        checked.exits(late ? 4 : 0).is(late ? "PARTIAL" : "ENFORCED");
        assertThat(checked.rows("default-deny"))
                .containsExactly(
                        "node1 INGRESS ENFORCED AS_SPECIFIED",
                        "node1 EGRESS ENFORCED AS_SPECIFIED",
                        "node2 INGRESS ENFORCED AS_SPECIFIED",
                        "node2 EGRESS ENFORCED AS_SPECIFIED");
        assertThat(checked.denials())
                .as("over UDP it is port-unreachable, which kernels answer a client with about once a second")
                .contains(
                        "node1 INGRESS REFUSED",
                        "node1 EGRESS REFUSED",
                        "node2 INGRESS REFUSED",
                        "node2 EGRESS REFUSED")
                .allSatisfy(how -> assertThat(how).matches(".* (REFUSED|TIMEOUT)"));
    }

    @Test
    void is_enforcing_and_says_how_a_denial_looks() {
        is_enforcing_and_says_how_a_denial_looks("icmp-admin-prohibited", "UNREACHABLE");
    }

    @ParameterizedTest
    @CsvSource({"tcp-reset, REFUSED", "icmp-port-unreachable, REFUSED"})
    @EnabledIfSystemProperty(named = "netproof.full", matches = "true")
    void is_enforcing_and_says_how_other_denials_look(String answer, String outcome) {
        is_enforcing_and_says_how_a_denial_looks(answer, outcome);
    }

    private static void is_enforcing_and_says_how_a_denial_looks(String answer, String outcome) {
        Lab.engine("reject", "--with", answer);
        Checked checked = Checked.by(LIVE).exits(0).is("ENFORCED");
        assertThat(checked.rows("default-deny"))
                .hasSize(4)
                .allSatisfy(row -> assertThat(row).endsWith("ENFORCED AS_SPECIFIED"));
        looks(checked.denials(), answer, outcome);
    }

    private static void looks(List<String> denials, String answer, String outcome) {
        for (String where : List.of("node1 INGRESS", "node1 EGRESS", "node2 INGRESS", "node2 EGRESS")) {
            assertThat(denials)
                    .filteredOn(how -> how.startsWith(where))
                    .as("kernels answer one client about once a second: the other attempts of a round time out")
                    .contains(where + " " + outcome)
                    .isSubsetOf(where + " " + outcome, answer.equals("tcp-reset") ? "" : where + " TIMEOUT");
        }
    }

    @Test
    void denies_a_matrixs_stranger_with_proof_and_opens_nothing() {
        denies_a_matrixs_stranger_with_proof_and_opens_nothing("tcp-reset", "REFUSED");
    }

    @Test
    @EnabledIfSystemProperty(named = "netproof.full", matches = "true")
    void denies_a_matrixs_stranger_by_icmp_too() {
        denies_a_matrixs_stranger_with_proof_and_opens_nothing("icmp-admin-prohibited", "UNREACHABLE");
    }

    /** With the canary, which says how the same denials look to it. */
    private static void denies_a_matrixs_stranger_with_proof_and_opens_nothing(String answer, String outcome) {
        Lab.engine("reject", "--with", answer);
        Ran ran = LIVE.run("""
                checks:
                  - {from: deploy/front, to: svc/web, expect: allow}
                  - {from: stranger, to: svc/web, expect: deny}
                  - {from: mute, to: svc/web, expect: drop}
                  - {from: answered, to: svc/web, expect: reject}
                  - {from: stranger, to: "deploy/web:9999", expect: deny}
                sources:
                  stranger: {labels: {run: stranger}, synthetic: true}
                  mute: {labels: {run: mute}, synthetic: true}
                  answered: {labels: {run: answered}, synthetic: true}
                """, LiveCluster.CANARY).exits(1);
        assertThat(ran.report().at("/enforcement/verdict").asText()).isEqualTo("ENFORCED");
        looks(Checked.denials(ran.report()), answer, outcome);
        ran.that("deploy/front → svc/web is allowed").is("PASS", "CONNECTED");
        Ran.Result denied = ran.that("stranger → svc/web is denied").is("PASS", "DENIED");
        assertThat(denied.outcomes()).contains(outcome).isSubsetOf(outcome, "TIMEOUT");
        assertThat(denied.controls()).containsOnly("REACHED");
        ran.that("answered → svc/web is rejected").is("PASS", "DENIED");
        ran.that("mute → svc/web is dropped").is("FAIL", "WRONG_MANNER").says("drop");
        // Nobody listens there: that the policy denies it too is not to be seen.
        ran.that("stranger → deploy/web:9999 is denied").is("INCONCLUSIVE", "NO_CONTROL");
    }
}
