package dev.netproof.plan;

import dev.netproof.model.Check;
import dev.netproof.model.Family;
import dev.netproof.model.Similar;
import dev.netproof.model.Source;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Reason;
import dev.netproof.model.Verdict.Status;
import dev.netproof.plan.ClusterFacts.Pod;
import dev.netproof.plan.ClusterFacts.Stage;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The wording of verdicts that are clear before anything starts. */
final class PreflightVerdicts {
    private PreflightVerdicts() {}

    /**
     * What may not be read is neither there nor missing.
     *
     * @param doing what was not permitted: "list services in namespace shop"
     */
    static Verdict hidden(String doing, String unknown, Reason reason) {
        return new Verdict(
                Status.INCONCLUSIVE,
                reason,
                "not permitted to " + doing + ": " + unknown + " is unknown",
                Optional.of("grant the permission; the Roles are in docs/permissions.md"));
    }

    static Verdict missing(String kind, String name, String namespace, Collection<String> others) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_DESTINATION,
                "there is no " + kind + " " + name + " in namespace " + namespace + didYouMean(name, others),
                Optional.of("correct the name in the matrix, or create the " + kind
                        + "; a denial of a missing destination proves nothing"));
    }

    /** @param asked "port 80/TCP", "TCP port" */
    static Verdict noSuchPort(String what, String asked, Collection<String> ports) {
        String has = ports.isEmpty() ? "no port of that protocol" : "only " + String.join(", ", new TreeSet<>(ports));
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_DESTINATION,
                what + " has no " + asked + ", " + has,
                Optional.of("name one of its ports; for a Service that is the Service's port, not the container's"));
    }

    static Verdict portNeeded(String what, Collection<String> ports) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_DESTINATION,
                what + " has several ports (" + String.join(", ", ports) + "); the matrix must name one",
                Optional.of("add it to the reference: svc/name:port"));
    }

    static Verdict noAddressOf(Family family, String what) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_DESTINATION,
                what + " has no " + family.word() + " address, only "
                        + family.other().word(),
                Optional.of("write family: " + family.other().word()
                        + " under destinations, or remove it to check every address"));
    }

    static Verdict noReadyPod(String what, int notReady) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_BACKEND,
                what + " has no ready pod" + (notReady > 0 ? " (" + notReady + " not ready)" : ""),
                Optional.of(
                        "make a pod ready, then run again; a pod that is not ready may still answer at its own address, but"
                                + " netproof does not try it"));
    }

    static Verdict noPod(String what) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_BACKEND,
                what + " has no ready pod",
                Optional.of(
                        "without a ready pod nothing can be reached, with or without a policy: make a pod ready, then run again"));
    }

    /** @param others endpoints that get no traffic */
    static Verdict noReadyEndpoint(String what, int others) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_BACKEND,
                what + " has no ready pod" + (others > 0 ? " (" + others + " not ready)" : ""),
                Optional.of("the Service leads nowhere, with or without a policy: make a pod ready, then run again"
                        + (others > 0 ? "; its pods may answer at their own addresses meanwhile" : "")));
    }

    static Verdict noEndpointSlice(String what, String service) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_BACKEND,
                what + " has no selector, and no EndpointSlice has an endpoint for it",
                Optional.of("the Service leads nowhere, with or without a policy: give it a selector, or an"
                        + " EndpointSlice with the label kubernetes.io/service-name: " + service));
    }

    /** @param what the subject of the sentence, which has the name */
    static Verdict nameOfTheCluster(String what, ClusterName name) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_DESTINATION,
                what + " is a name of the cluster",
                Optional.of("write " + name.namespace() + "/svc/" + name.service()
                        + " instead: behind a name of the cluster there are pods, and each is probed"
                        + (name.mayBeOutside()
                                ? "; if it is a host outside the cluster, write its address, as in ip/192.0.2.1:443"
                                : "")));
    }

    static Verdict externalPortNeeded(String what, String host) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_DESTINATION,
                what + " is of type ExternalName (" + host + ") and needs a port number",
                Optional.of("add it to the reference: svc/name:443"));
    }

    static Verdict nothingSelected(String labels, String namespace) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_DESTINATION,
                "no pod in namespace " + namespace + " has the labels " + labels,
                Optional.of("correct the labels in the matrix (kubectl get pods -n " + namespace + " --show-labels)"));
    }

    /** @param gone pods that had the labels: they have finished or are terminating */
    static Verdict nobodyHas(Source source, String identity, Collection<Pod> gone, Optional<String> meant) {
        String why = gone.isEmpty()
                ? meant.map(m -> "; did you mean " + m + "?").orElse("")
                : ": " + Listing.of(gone.stream().map(PreflightVerdicts::gone).toList());
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_SUCH_SOURCE,
                "no live pod in namespace " + source.namespace() + " has the labels " + identity + " of source "
                        + source.name() + ", so its denials prove nothing" + why,
                Optional.of(
                        gone.isEmpty()
                                ? "correct the labels, or set synthetic: true if no pod is meant to have them"
                                : "name the workload that creates such pods (job/NAME, cronjob/NAME, deploy/NAME), or set synthetic: true"));
    }

    static Verdict podGone(Pod pod) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_SUCH_SOURCE,
                "pod " + gone(pod) + " in namespace " + pod.namespace() + " and makes no connections",
                Optional.of("name a live pod, or the workload that creates such pods"));
    }

    /** "seed-x has finished". */
    static String gone(Pod pod) {
        return pod.name() + (pod.stage() == Stage.FINISHED ? " has finished" : " is terminating");
    }

    static Verdict missingWorkload(String kind, String name, String namespace, Collection<String> others) {
        return new Verdict(
                Status.INCONCLUSIVE,
                Reason.NO_SUCH_SOURCE,
                "there is no " + kind + " " + name + " in namespace " + namespace + didYouMean(name, others),
                Optional.of("correct the name in the matrix (kubectl get " + kind + " -n " + namespace + ")"));
    }

    static Verdict inNodeNetwork(String source) {
        return unsupported(
                "the pods of source " + source
                        + " use hostNetwork: no policy selects them, and a probe pod with its own address cannot represent them",
                "remove the check, or use a source in the pod network");
    }

    static Verdict unsupported(String what, String instead) {
        return new Verdict(Status.UNTESTABLE, Reason.NOT_SUPPORTED, what, Optional.of(instead));
    }

    static Verdict expired(Check.Terms terms) {
        return new Verdict(
                Status.FAIL,
                Reason.EXCEPTION_EXPIRED,
                "the exception expired on " + terms.expires() + " (owner: " + terms.owner()
                        + terms.ticket().map(t -> ", " + t).orElse("") + ")",
                Optional.of("restore the rule and remove the exception, or agree on a new date with its owner"));
    }

    static String didYouMean(String name, Collection<String> others) {
        Optional<String> near = Similar.among(new TreeSet<>(others), name);
        if (near.isPresent()) {
            return "; did you mean " + near.get() + "?";
        }
        return others.isEmpty()
                ? ""
                : " (there are: " + others.stream().sorted().limit(8).collect(Collectors.joining(", ")) + ")";
    }
}
