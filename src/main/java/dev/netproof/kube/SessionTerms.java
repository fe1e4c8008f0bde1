package dev.netproof.kube;

import dev.netproof.probe.Pace;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The terms that all probes of a session share.
 *
 * @param run the run's id, written into an annotation
 * @param nonce what genuine result lines begin with; 16 or more hex digits that no pod can guess
 * @param lifetime after which nothing of the session runs, even where the runner was killed
 * @param connectTimeout of one attempt; at least a second
 * @param pace of every probe's rounds
 * @param images where the probes come from
 */
public record SessionTerms(
        String run, String nonce, Duration lifetime, Duration connectTimeout, Pace pace, Images images) {

    /** At the quickest pace, for probes that try little. */
    public SessionTerms(String run, String nonce, Duration lifetime, Duration connectTimeout, Images images) {
        this(run, nonce, lifetime, connectTimeout, Pace.QUICK, images);
    }

    /**
     * @param mirror a registry prefix that replaces the images' own, for closed networks
     * @param pullSecrets names of image pull secrets that exist in every namespace probed
     */
    public record Images(
            String curl, String netshoot, String agnhost, Optional<String> mirror, List<String> pullSecrets) {
        /** What netproof uses unless told otherwise. */
        public static final Images DEFAULT = new Images(
                "docker.io/curlimages/curl:8.16.0",
                "docker.io/nicolaka/netshoot:v0.14",
                "registry.k8s.io/e2e-test-images/agnhost:2.56",
                Optional.empty(),
                List.of());

        /** With the usual server. */
        public Images(String curl, String netshoot, Optional<String> mirror, List<String> pullSecrets) {
            this(curl, netshoot, DEFAULT.agnhost(), mirror, pullSecrets);
        }

        public Images {
            pullSecrets = List.copyOf(pullSecrets);
        }
    }
}
