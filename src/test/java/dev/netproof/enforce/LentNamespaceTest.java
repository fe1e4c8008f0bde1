package dev.netproof.enforce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.enforce.EnforcementTerms.Besides;
import dev.netproof.inmemory.InMemoryCluster;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.model.Enforcement.Profile;
import dev.netproof.model.Enforcement.Verdict;
import dev.netproof.model.Report;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A check that works in a namespace of somebody else, who creates and removes it. */
class LentNamespaceTest {
    private static final String NAME = "netproof-lent-5ea1";

    private final InMemoryCluster cluster = InMemoryCluster.of("node1", "node2");
    private int creations;

    private final LentNamespace lent = new LentNamespace() {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public void create() {
            creations++;
        }
    };

    @Test
    void is_created_once_and_everything_is_in_it() {
        Report report = check();

        assertThat(report.enforcement().orElseThrow().verdict()).isEqualTo(Verdict.ENFORCED);
        assertThat(creations).isEqualTo(1);
        assertThat(cluster.everCreated())
                .as("namespaces that the check creates itself")
                .isEmpty();
        assertThat(cluster.used()).containsOnly(NAME);
        assertThat(cluster.isClean()).isTrue();
    }

    @Test
    void is_not_asked_for_where_a_permission_is_missing() {
        cluster.forbidding("create", "", "services");

        Report report = check();

        assertThat(report.breakage().orElseThrow().problem()).contains("not permitted to create services");
        assertThat(creations).isZero();
    }

    /** Permissions are asked for before anything is created, and the owner needs these too. */
    @Test
    void is_not_asked_for_where_namespaces_may_not_be_created() {
        cluster.forbidding("create", "", "namespaces");

        Report report = check();

        assertThat(report.breakage().orElseThrow().problem()).contains("not permitted to create namespaces");
        assertThat(report.breakage().orElseThrow().fix()).contains("--namespace NAME");
        assertThat(creations).isZero();
    }

    /** Witnesses and controls of a run are in the same namespace, and must not be isolated. */
    @Test
    void has_no_policy_that_selects_pods_of_its_owner() {
        check();

        assertThat(cluster.everStored()).isNotEmpty().allSatisfy(policy -> {
            assertThat(policy.pods().selects(Map.of())).isFalse();
            assertThat(policy.pods().selects(Map.of("netproof.dev/part", "witness")))
                    .isFalse();
        });
    }

    private Report check() {
        return new EnforcementCheck(
                        cluster,
                        new EnforcementTerms(
                                "test",
                                Profile.CANARY,
                                new NodeChoice.Some(4),
                                Optional.empty(),
                                3,
                                Duration.ofSeconds(20),
                                Duration.ofMinutes(5),
                                Duration.ofSeconds(2),
                                Images.DEFAULT,
                                Besides.NOTHING,
                                Optional.of(lent)),
                        step -> {},
                        cluster.clock())
                .run();
    }
}
