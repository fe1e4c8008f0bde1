package dev.netproof.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;

/** How netproof's own objects are told from everybody else's. */
final class Marks {
    /** The one constant label: what varies by run is in annotations, because CNIs mint an identity for each set of labels. */
    static final String ROLE = "netproof.dev/role";

    static final String PROBE = "probe";
    static final String ANCHOR = "anchor";
    /** A pod that listens, for an enforcement check. */
    static final String SERVER = "server";
    /** A namespace, policy or Service of an enforcement check. */
    static final String GROUND = "ground";

    static final String RUN = "netproof.dev/run";
    static final String DEADLINE = "netproof.dev/deadline";
    static final String SOURCE = "netproof.dev/source";
    static final String NEVER_READY = "netproof.dev/never-ready";
    static final String ANCHOR_GATE = "netproof.dev/anchor";

    private Marks() {}

    static boolean own(HasMetadata object) {
        return labels(object.getMetadata()).containsKey(ROLE);
    }

    static boolean ofRun(HasMetadata object, String run) {
        return annotation(object, RUN).filter(run::equals).isPresent();
    }

    /** After which nothing of the run is alive. */
    static Optional<Instant> deadline(HasMetadata object) {
        try {
            return annotation(object, DEADLINE).map(Instant::parse);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> annotation(HasMetadata object, String key) {
        return Optional.ofNullable(object.getMetadata().getAnnotations()).map(annotations -> annotations.get(key));
    }

    private static Map<String, String> labels(ObjectMeta metadata) {
        return Optional.ofNullable(metadata.getLabels()).orElse(Map.of());
    }
}
