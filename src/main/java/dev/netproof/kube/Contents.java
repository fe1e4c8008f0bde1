package dev.netproof.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is in a namespace beside netproof's own: it would go with the namespace. */
final class Contents {
    private static final Logger LOG = LoggerFactory.getLogger(Contents.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What Kubernetes, OpenShift and Istio put into every namespace. */
    private static final Set<String> EVERYWHERE =
            Set.of("kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert");

    /** Looked at where that is permitted; of none of them does netproof make any. */
    private static final List<Kind> OTHERS = List.of(
            new Kind("/api/v1", "persistentvolumeclaims"),
            new Kind("/api/v1", "configmaps"),
            new Kind("/apis/apps/v1", "deployments"),
            new Kind("/apis/apps/v1", "statefulsets"),
            new Kind("/apis/apps/v1", "daemonsets"),
            new Kind("/apis/apps/v1", "replicasets"),
            new Kind("/apis/batch/v1", "jobs"),
            new Kind("/apis/batch/v1", "cronjobs"));

    private record Kind(String group, String plural) {}

    private static final int A_FEW = 5;

    private final ApiServer server;

    Contents(ApiServer server) {
        this.server = server;
    }

    /** Why a namespace cannot go although netproof made it; empty when all that is in it is netproof's. */
    Optional<String> obstacle(String namespace) {
        var client = server.client();
        try {
            return somebodyElses(
                            "pods",
                            () -> client.pods().inNamespace(namespace).list().getItems())
                    .or(() -> somebodyElses(
                            "services",
                            () -> client.services()
                                    .inNamespace(namespace)
                                    .list()
                                    .getItems()))
                    .or(() -> somebodyElses(
                            "networkpolicies",
                            () -> client.network()
                                    .v1()
                                    .networkPolicies()
                                    .inNamespace(namespace)
                                    .list()
                                    .getItems()))
                    .or(() -> OTHERS.stream()
                            .flatMap(kind -> other(kind, namespace).stream())
                            .findFirst())
                    .map(what -> "it contains " + what + ", which is not netproof's");
        } catch (KubernetesClientException e) {
            if (e.getCode() != ApiServer.FORBIDDEN) {
                throw server.trouble("list what is in namespace " + namespace, e);
            }
            return Optional.of("what is in it may not be read: " + ApiServer.message(e));
        }
    }

    private static Optional<String> somebodyElses(String kind, Supplier<List<? extends HasMetadata>> read) {
        return read.get().stream()
                .filter(one -> Provenance.doubt(one).isPresent())
                .findFirst()
                .map(one -> kind + "/" + one.getMetadata().getName());
    }

    private Optional<String> other(Kind kind, String namespace) {
        try {
            String answer = server.client()
                    .raw(kind.group() + "/namespaces/" + namespace + "/" + kind.plural() + "?limit=" + A_FEW);
            if (answer == null) {
                return Optional.empty();
            }
            for (JsonNode item : JSON.readTree(answer).path("items")) {
                String name = item.at("/metadata/name").asText();
                if (!EVERYWHERE.contains(name)) {
                    return Optional.of(kind.plural() + "/" + name);
                }
            }
            return Optional.empty();
        } catch (KubernetesClientException e) {
            if (e.getCode() != ApiServer.FORBIDDEN) {
                throw e;
            }
            LOG.debug("{} in namespace {} may not be read", kind.plural(), namespace);
            return Optional.empty();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON from the API server", e);
        }
    }
}
