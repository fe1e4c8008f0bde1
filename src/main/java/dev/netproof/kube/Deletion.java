package dev.netproof.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;

/** Deletes an object as long as it is the one that is meant; another of the same name stays. */
final class Deletion {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Deletion() {}

    /** How it ended. */
    enum End {
        DELETED,
        /** There is no object of that name. */
        GONE,
        /** It is another one, or it has changed since it was read. */
        CHANGED
    }

    /** Deletes an object that has not changed since it was read. */
    static End unchanged(ApiServer server, HasMetadata read) {
        ObjectMeta metadata = read.getMetadata();
        return of(server, read, metadata.getUid(), Optional.ofNullable(metadata.getResourceVersion()));
    }

    /** Deletes the object of this UID, whatever has become of it. */
    static End ofUid(ApiServer server, HasMetadata named, String uid) {
        return of(server, named, uid, Optional.empty());
    }

    private static End of(ApiServer server, HasMetadata named, String uid, Optional<String> version) {
        ObjectNode options = JSON.createObjectNode()
                .put("apiVersion", "v1")
                .put("kind", "DeleteOptions")
                .put("propagationPolicy", "Background");
        ObjectNode preconditions = options.putObject("preconditions").put("uid", uid);
        version.ifPresent(read -> preconditions.put("resourceVersion", read));
        try {
            // The client's own delete has no precondition for the UID.
            server.client().raw(path(named), "DELETE", options.toString());
            return End.DELETED;
        } catch (KubernetesClientException e) {
            if (e.getCode() == ApiServer.NOT_FOUND) {
                return End.GONE;
            }
            if (e.getCode() == ApiServer.CONFLICT) {
                return End.CHANGED;
            }
            throw e;
        }
    }

    private static String path(HasMetadata object) {
        String version = object.getApiVersion();
        String namespace = object.getMetadata().getNamespace();
        return (version.contains("/") ? "/apis/" : "/api/") + version
                + (namespace == null ? "" : "/namespaces/" + namespace)
                + "/" + object.getPlural() + "/" + object.getMetadata().getName();
    }
}
