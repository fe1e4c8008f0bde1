package dev.netproof.kube;

import dev.netproof.plan.ProbePod;
import dev.netproof.plan.ServerPod;
import java.util.Locale;

/** Why the API server did not take a pod, and what can be done about it. */
record Rejection(String why, String fix) {
    static Rejection of(ApiServer server, ProbePod probe, RuntimeException failure) {
        return of(server, "the probe pod for " + probe.source(), probe.namespace(), failure);
    }

    static Rejection ofServer(ApiServer server, ServerPod pod, RuntimeException failure) {
        return of(server, "the target pod " + pod.id(), pod.namespace(), failure);
    }

    static Rejection ofAnchor(ApiServer server, String namespace, RuntimeException failure) {
        return of(server, "netproof's anchor pod", namespace, failure);
    }

    /** Whether a quota on limits turned the pod away, which one with limits would pass. */
    static boolean demandsLimits(RuntimeException failure) {
        String message = ApiServer.message(failure);
        return ApiServer.code(failure) == ApiServer.FORBIDDEN
                && message.contains("must specify")
                && message.contains("limits.");
    }

    private static Rejection of(ApiServer server, String what, String namespace, RuntimeException failure) {
        if (failure instanceof ClusterTrouble known) {
            return new Rejection(String.valueOf(known.getMessage()), known.fix());
        }
        int code = ApiServer.code(failure);
        if (code == 0 || code == 401 || code >= 500) {
            ClusterTrouble trouble = server.trouble("create pods in namespace " + namespace, failure);
            return new Rejection(String.valueOf(trouble.getMessage()), trouble.fix());
        }
        String message = ApiServer.message(failure);
        String why = what + " was not accepted in namespace " + namespace + ": " + message;
        return new Rejection(why, fix(server, namespace, code, message.toLowerCase(Locale.ROOT)));
    }

    private static String fix(ApiServer server, String namespace, int code, String message) {
        if (code == ApiServer.NOT_FOUND) {
            return "create the namespace " + namespace + ", or correct its name";
        }
        if (code == 429) {
            return "the API server is busy: run again later, or fewer checks at once";
        }
        if (message.contains("cannot create resource")) {
            return "have the permission granted to \"" + server.connection().user() + "\"; see "
                    + server.kubectl("auth can-i create pods -n " + namespace);
        }
        if (message.contains("exceeded quota") || message.contains("must specify")) {
            return "make room in the ResourceQuota of namespace " + namespace
                    + ": each probe pod requests 10m CPU and 16Mi memory";
        }
        if (message.contains("serviceaccount") || message.contains("service account")) {
            return "create the service account in namespace " + namespace + ", or correct its name in the matrix";
        }
        if (message.contains("being terminated")) {
            return "namespace " + namespace + " is being deleted: wait, and create it again";
        }
        if (message.contains("admission webhook")) {
            return "exempt pods with the label " + NetproofLabels.ROLE + " from that admission webhook, or satisfy it";
        }
        if (message.contains("usage per")) {
            return "the namespace's LimitRange does not admit 10m CPU and 16Mi memory: widen it";
        }
        return "see what admits pods in namespace " + namespace;
    }
}
