package dev.netproof.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.netproof.plan.ClusterFacts.Direction;
import dev.netproof.plan.ClusterFacts.Policies;
import dev.netproof.plan.ClusterFacts.Policy;
import dev.netproof.plan.LabelReads;
import dev.netproof.plan.Selector;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;

/**
 * Reads the policies in reach, of every kind that this cluster has. As JSON and not by classes: a digest of what is left after
 * classes have dropped the fields that they do not know would miss changes.
 */
final class PolicySurvey {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private static final String KUBERNETES = "networking.k8s.io";
    private static final String ISTIO = "security.istio.io";

    /** The group that Calico's own API serves; where its CRDs are served, they hold the same objects. */
    private static final String CALICO = "projectcalico.org";

    private static final String CALICO_CRDS = "crd.projectcalico.org";

    private enum Scope {
        NAMESPACED,
        CLUSTER
    }

    /** A resource that can change what the network lets through. */
    private record Kind(String group, String plural, Scope scope) {}

    private static final List<Kind> KINDS = List.of(
            new Kind(KUBERNETES, "networkpolicies", Scope.NAMESPACED),
            new Kind("policy.networking.k8s.io", "adminnetworkpolicies", Scope.CLUSTER),
            new Kind("policy.networking.k8s.io", "baselineadminnetworkpolicies", Scope.CLUSTER),
            new Kind("policy.networking.k8s.io", "clusternetworkpolicies", Scope.CLUSTER),
            new Kind(CALICO_CRDS, "networkpolicies", Scope.NAMESPACED),
            new Kind(CALICO_CRDS, "globalnetworkpolicies", Scope.CLUSTER),
            new Kind(CALICO_CRDS, "tiers", Scope.CLUSTER),
            new Kind("cilium.io", "ciliumnetworkpolicies", Scope.NAMESPACED),
            new Kind("cilium.io", "ciliumclusterwidenetworkpolicies", Scope.CLUSTER),
            new Kind("crd.antrea.io", "networkpolicies", Scope.NAMESPACED),
            new Kind("crd.antrea.io", "clusternetworkpolicies", Scope.CLUSTER),
            new Kind("crd.antrea.io", "tiers", Scope.CLUSTER),
            new Kind("networking.k8s.aws", "applicationnetworkpolicies", Scope.NAMESPACED),
            new Kind("networking.k8s.aws", "clusternetworkpolicies", Scope.CLUSTER),
            new Kind("k8s.ovn.org", "egressfirewalls", Scope.NAMESPACED),
            new Kind(CALICO, "networkpolicies", Scope.NAMESPACED),
            new Kind(CALICO, "globalnetworkpolicies", Scope.CLUSTER),
            new Kind("vpcresources.k8s.aws", "securitygrouppolicies", Scope.NAMESPACED),
            new Kind("networking.gke.io", "fqdnnetworkpolicies", Scope.NAMESPACED),
            new Kind("policy.linkerd.io", "servers", Scope.NAMESPACED),
            new Kind("policy.linkerd.io", "authorizationpolicies", Scope.NAMESPACED),
            new Kind(ISTIO, "authorizationpolicies", Scope.NAMESPACED));

    /** Policies in Istio's root namespace apply in every namespace. */
    private static final String ISTIO_ROOT = "istio-system";

    private final ApiServer server;
    private final ExecutorService pool;
    private final Set<String> unreadable = new ConcurrentSkipListSet<>();

    PolicySurvey(ApiServer server, ExecutorService pool) {
        this.server = server;
        this.pool = pool;
    }

    Policies of(Set<String> namespaces) {
        server.client();
        Map<String, List<String>> versions = versions();
        List<CompletableFuture<List<Policy>>> reads = new ArrayList<>();
        for (Kind kind : KINDS) {
            List<String> served = versions.getOrDefault(kind.group(), List.of());
            if (served.isEmpty() || (kind.group().equals(CALICO) && versions.containsKey(CALICO_CRDS))) {
                continue;
            }
            if (kind.scope() == Scope.CLUSTER) {
                reads.add(begin("list " + kind.plural(), served, kind.plural()));
            } else {
                Set<String> places = new TreeSet<>(namespaces);
                if (kind.group().equals(ISTIO)) {
                    places.add(ISTIO_ROOT);
                }
                places.forEach(namespace -> reads.add(begin(
                        "list " + kind.plural() + " in namespace " + namespace,
                        served,
                        "namespaces/" + namespace + "/" + kind.plural())));
            }
        }
        try {
            List<Policy> found = new ArrayList<>();
            reads.forEach(read -> found.addAll(read.join()));
            found.sort(Comparator.comparing(Policy::apiVersion)
                    .thenComparing(Policy::kind)
                    .thenComparing(policy -> policy.namespace().orElse(""))
                    .thenComparing(Policy::name));
            return new Policies(found, unreadable);
        } catch (CompletionException e) {
            throw server.trouble("list policies", e);
        }
    }

    /** The versions of each group that the API server serves, the preferred one first: "cilium.io" → ["cilium.io/v2"]. */
    private Map<String, List<String>> versions() {
        Map<String, List<String>> versions = new TreeMap<>();
        Optional<JsonNode> groups = get("list API groups", "/apis");
        groups.ifPresent(list -> list.path("groups").forEach(group -> {
            Set<String> served = new LinkedHashSet<>();
            served.add(group.path("preferredVersion").path("groupVersion").asText());
            group.path("versions")
                    .forEach(version -> served.add(version.path("groupVersion").asText()));
            versions.put(group.path("name").asText(), List.copyOf(served));
        }));
        versions.putIfAbsent(KUBERNETES, List.of(KUBERNETES + "/v1"));
        return versions;
    }

    /** Reads a kind in the first version that has it: a group serves some of its kinds in some of its versions only. */
    private CompletableFuture<List<Policy>> begin(String doing, List<String> served, String path) {
        return CompletableFuture.supplyAsync(
                () -> served.stream()
                        .map(version -> get(doing, "/apis/" + version + "/" + path))
                        .flatMap(Optional::stream)
                        .findFirst()
                        .map(PolicySurvey::policies)
                        .orElse(List.of()),
                pool);
    }

    private Optional<JsonNode> get(String doing, String path) {
        try {
            String answer = server.client().raw(path);
            return answer == null ? Optional.empty() : Optional.of(JSON.readTree(answer));
        } catch (KubernetesClientException e) {
            if (e.getCode() == ApiServer.FORBIDDEN) {
                unreadable.add(doing);
                return Optional.empty();
            }
            // This version of the group does not have the kind.
            if (e.getCode() == ApiServer.NOT_FOUND) {
                return Optional.empty();
            }
            throw server.trouble(doing, e);
        } catch (JsonProcessingException e) {
            throw server.trouble(doing, e);
        }
    }

    private static List<Policy> policies(JsonNode list) {
        String apiVersion = list.path("apiVersion").asText();
        String kind = list.path("kind").asText().replaceFirst("List$", "");
        List<Policy> policies = new ArrayList<>();
        list.path("items").forEach(item -> {
            ObjectNode policy = item.deepCopy();
            policy.put("apiVersion", apiVersion).put("kind", kind);
            policies.add(policy(policy, apiVersion, kind));
        });
        return policies;
    }

    static Policy policy(ObjectNode policy, String apiVersion, String kind) {
        JsonNode metadata = policy.path("metadata");
        boolean plain = apiVersion.startsWith(KUBERNETES + "/");
        JsonNode spec = policy.path("spec");
        return new Policy(
                apiVersion,
                kind,
                Optional.of(metadata.path("namespace").asText()).filter(namespace -> !namespace.isEmpty()),
                metadata.path("name").asText(),
                metadata.path("uid").asText(),
                metadata.path("resourceVersion").asText(),
                digest(policy),
                plain ? Optional.of(selector(spec.path("podSelector"))) : Optional.empty(),
                plain ? directions(spec) : Set.of(),
                plain ? peers(spec) : PolicyReads.of(policy));
    }

    /** The podSelectors of all peers. */
    private static LabelReads peers(JsonNode spec) {
        List<Selector> selectors = new ArrayList<>();
        for (String direction : List.of("ingress", "egress")) {
            spec.path(direction)
                    .forEach(rule -> List.of("from", "to")
                            .forEach(side -> rule.path(side)
                                    .forEach(peer -> selectors.add(selector(peer.path("podSelector"))))));
        }
        return LabelReads.of(selectors);
    }

    /** The same as: jq -cjS 'del(.metadata, .status)' | sha256sum. */
    private static String digest(ObjectNode policy) {
        ObjectNode says = policy.deepCopy();
        says.remove(List.of("metadata", "status"));
        try {
            // A tree's own fields stand in their order of arrival; those of a map are sorted, at every depth.
            byte[] canonical = JSON.writeValueAsString(JSON.treeToValue(says, Object.class))
                    .getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(canonical));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that was read can be written", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static Selector selector(JsonNode selector) {
        try {
            return Facts.selector(JSON.treeToValue(selector, LabelSelector.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the API server checks selectors", e);
        }
    }

    /** The API server fills in what was left out. */
    private static Set<Direction> directions(JsonNode spec) {
        Set<Direction> directions = EnumSet.noneOf(Direction.class);
        spec.path("policyTypes")
                .forEach(type -> directions.add(type.asText().equals("Egress") ? Direction.EGRESS : Direction.INGRESS));
        return directions;
    }
}
