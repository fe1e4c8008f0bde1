package dev.netproof.live;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Namespaces that do not take a probe, or not as it was asked for: one run, in which everybody else is judged all the same. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class AdmissionIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.with("admission");

    private static final List<String> FAULTS = new ArrayList<>();
    private static Ran ran;

    @BeforeAll
    static void oneRun() {
        Lab.needed("webhooks");
        LIVE.apply(Manifests.server("db", 5432, 5432), Manifests.client("web"), Manifests.admits("db", "web"));
        String quota = LIVE.another("quota");
        LIVE.applyIn(quota, """
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: full}
                spec: {hard: {pods: "1"}}
                """);
        String limits = LIVE.another("limits");
        LIVE.applyIn(limits, """
                apiVersion: v1
                kind: LimitRange
                metadata: {name: large}
                spec: {limits: [{type: Container, min: {memory: 1Gi}}]}
                """);
        String labels = LIVE.another("label");
        String injected = LIVE.another("sidecar");
        String denied = LIVE.another("deny");
        FAULTS.add(Lab.fault("webhook", "label", labels));
        FAULTS.add(Lab.fault("webhook", "sidecar", injected));
        FAULTS.add(Lab.fault("webhook", "deny", denied));
        LIVE.awaitReady();
        ran = LIVE.run("""
                sources:
                  full: {namespace: %s, labels: {app: web}, synthetic: true}
                  large: {namespace: %s, labels: {app: web}, synthetic: true}
                  labelled: {namespace: %s, labels: {app: web}, synthetic: true}
                  injected: {namespace: %s, labels: {app: web}, synthetic: true}
                  refused: {namespace: %s, labels: {app: web}, synthetic: true}
                checks:
                - {from: deploy/web, to: svc/db, expect: allow}
                - {from: [full, large, labelled, injected, refused], to: svc/db, expect: deny}
                """.formatted(quota, limits, labels, injected, denied)).exits(3);
        ran.that("deploy/web → svc/db is allowed").is("PASS", "CONNECTED");
    }

    @AfterAll
    static void clear() {
        FAULTS.forEach(Lab::clear);
    }

    @Test
    void a_quota_without_room_is_no_denial() {
        Fault.QUOTA.shown(LIVE, ran, "full → svc/db is denied");
        ran.that("full → svc/db is denied").says("exceeded quota").advises("ResourceQuota");
    }

    @Test
    void limits_that_a_probe_is_below_are_no_denial() {
        Fault.LIMIT_RANGE.shown(LIVE, ran, "large → svc/db is denied");
        ran.that("large → svc/db is denied").says("usage per Container").advises("LimitRange");
    }

    @Test
    void a_probe_with_other_labels_proves_nothing() {
        Fault.ADMISSION_LABELS.shown(LIVE, ran, "labelled → svc/db is denied");
        ran.that("labelled → svc/db is denied").says("added-label=yes");
    }

    @Test
    void a_probe_with_a_sidecar_proves_nothing() {
        Fault.ADMISSION_INJECTS.shown(LIVE, ran, "injected → svc/db is denied");
        ran.that("injected → svc/db is denied").says("webhook-added-sidecar");
    }

    @Test
    void a_probe_that_is_refused_is_no_denial() {
        Fault.ADMISSION_DENIES.shown(LIVE, ran, "refused → svc/db is denied");
        ran.that("refused → svc/db is denied").says("denies all requests").advises("webhook");
    }
}
