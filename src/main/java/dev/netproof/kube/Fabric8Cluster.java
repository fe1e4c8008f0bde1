package dev.netproof.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.netproof.model.ClusterIdentity;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.NetworkPolicies;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A live cluster. */
final class Fabric8Cluster implements Cluster {
    private static final Logger LOG = LoggerFactory.getLogger(Fabric8Cluster.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Each request in flight has a connection of its own, whose handshake costs more than most answers. */
    private static final int FEW_REQUESTS = 3;

    private static final int MANY_REQUESTS = 8;

    private final ApiServer server;
    private final PayloadSource payloads;
    private final Clock clock;
    private final ThreadPoolExecutor pool = Threads.pool("api", FEW_REQUESTS);
    private @Nullable CompletableFuture<PodShape.UserId> userId;

    Fabric8Cluster(ApiServer server, PayloadSource payloads, Clock clock) {
        this.server = server;
        this.payloads = payloads;
        this.clock = clock;
    }

    @Override
    public ClusterIdentity identity() {
        // Alone and first: when the cluster cannot be reached, that is said once.
        String version = server.ask(
                "read its version",
                () -> JSON.readTree(server.client().raw("/version"))
                        .path("gitVersion")
                        .asText("unknown"));
        server.answered();
        CompletableFuture<Optional<String>> user = CompletableFuture.supplyAsync(this::reviewedUser, pool);
        CompletableFuture<Optional<String>> uid = CompletableFuture.supplyAsync(this::uid, pool);
        CompletableFuture<Fingerprint> fingerprint = CompletableFuture.supplyAsync(() -> Fingerprint.of(server), pool);
        Connection connection = server.connection();
        try {
            return new ClusterIdentity(
                    connection.context(),
                    connection.server().toString(),
                    user.join().or(() -> connection.credentials().name()).orElse(connection.user()),
                    version,
                    uid.join(),
                    fingerprint.join().nodes(),
                    fingerprint.join().cni(),
                    connection.trust().verification() == Connection.Verification.NONE
                                    || "http".equals(connection.server().getScheme())
                            ? ClusterIdentity.Certificate.NOT_VERIFIED
                            : ClusterIdentity.Certificate.VERIFIED);
        } catch (java.util.concurrent.CompletionException e) {
            throw server.trouble("say who asks", e);
        }
    }

    /** Who the API server takes us for; the kubeconfig's name for that is nobody else's. */
    private Optional<String> reviewedUser() {
        try {
            JsonNode review = JSON.readTree(server.client()
                    .raw(
                            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                            "POST",
                            "{\"apiVersion\":\"authentication.k8s.io/v1\",\"kind\":\"SelfSubjectReview\"}"));
            return Optional.of(review.path("status")
                            .path("userInfo")
                            .path("username")
                            .asText(""))
                    .filter(name -> !name.isEmpty());
        } catch (KubernetesClientException | com.fasterxml.jackson.core.JsonProcessingException e) {
            LOG.debug("no SelfSubjectReview", e);
            return Optional.empty();
        }
    }

    private Optional<String> uid() {
        try {
            return Optional.ofNullable(
                            server.client().namespaces().withName("kube-system").get())
                    .map(Namespace::getMetadata)
                    .map(metadata -> metadata.getUid());
        } catch (KubernetesClientException e) {
            LOG.debug("kube-system may not be read", e);
            return Optional.empty();
        }
    }

    @Override
    public ClusterFacts survey(Set<String> namespaces) {
        // A dozen requests for each namespace: with several of them, waiting for answers is what takes the time.
        int wanted = Math.min(MANY_REQUESTS, Math.max(FEW_REQUESTS, 2 * namespaces.size()));
        pool.setMaximumPoolSize(MANY_REQUESTS);
        pool.setCorePoolSize(wanted);
        return new Survey(server, pool).of(namespaces);
    }

    @Override
    public List<ClusterFacts.Pod> pods(Set<String> namespaces) {
        return new Survey(server, pool).pods(namespaces);
    }

    @Override
    public ClusterFacts.Policies policies(Set<String> namespaces) {
        return new PolicySurvey(server, pool).of(namespaces);
    }

    @Override
    public NetworkPolicies networkPolicies(Set<String> namespaces) {
        return new LintSurvey(server).policies(namespaces);
    }

    @Override
    public Optional<Map<String, Map<String, String>>> namespaces() {
        return new LintSurvey(server).namespaces();
    }

    @Override
    public Optional<List<ClusterFacts.Pod>> allPods() {
        return new LintSurvey(server).pods();
    }

    @Override
    public ProbeSession open(SessionTerms terms) {
        return new Fabric8Session(server, payloads, clock, terms, this::userId);
    }

    @Override
    public Testbed testbed(SessionTerms terms) {
        return new Fabric8Testbed(
                server, clock, terms, new Fabric8Session(server, payloads, clock, terms, this::userId));
    }

    @Override
    public List<Permission> missing(List<Permission> wanted) {
        server.client();
        List<CompletableFuture<Boolean>> answers = wanted.stream()
                .map(permission -> CompletableFuture.supplyAsync(() -> permitted(permission), pool))
                .toList();
        List<Permission> missing = new ArrayList<>();
        try {
            for (int i = 0; i < wanted.size(); i++) {
                if (!answers.get(i).join()) {
                    missing.add(wanted.get(i));
                }
            }
        } catch (java.util.concurrent.CompletionException e) {
            throw server.trouble("ask what is permitted", e);
        }
        return missing;
    }

    private boolean permitted(Permission permission) {
        String[] resource = permission.resource().split("/", 2);
        SelfSubjectAccessReview review = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withNewResourceAttributes()
                .withVerb(permission.verb())
                .withGroup(permission.group())
                .withResource(resource[0])
                .withSubresource(resource.length > 1 ? resource[1] : null)
                .withNamespace(permission.namespace().orElse(null))
                .endResourceAttributes()
                .endSpec()
                .build();
        return server.client().resource(review).create().getStatus().getAllowed();
    }

    /** Asked once, and not before a pod is to be created. */
    private PodShape.UserId userId() {
        CompletableFuture<PodShape.UserId> known;
        synchronized (this) {
            if (userId == null) {
                userId = CompletableFuture.supplyAsync(this::detectUserId, pool);
            }
            known = userId;
        }
        return known.join();
    }

    private PodShape.UserId detectUserId() {
        try {
            return server.client().hasApiGroup("security.openshift.io", true)
                    ? PodShape.UserId.PLATFORM
                    : PodShape.UserId.OURS;
        } catch (KubernetesClientException e) {
            LOG.debug("the API groups may not be read", e);
            return PodShape.UserId.OURS;
        }
    }

    @Override
    public Cleaning clean(Set<String> namespaces, CleanScope scope) {
        return new LeftoverCleaner(server, pool, clock).of(namespaces, scope);
    }

    @Override
    public Cleaning cleanGrounds(CleanScope scope) {
        return new LeftoverCleaner(server, pool, clock).ofGrounds(scope);
    }

    @Override
    public int requests() {
        return server.requests();
    }

    @Override
    public void close() {
        pool.shutdownNow();
        try {
            server.close();
        } catch (RuntimeException e) {
            LOG.debug("the client did not close", e);
        }
    }
}
