package dev.netproof.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What netproof writes on its objects. It finds them by these; whose an object is, {@link Provenance} tells, because others can write
 * the same.
 */
final class NetproofLabels {
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
    /** The random part of what the name is a hash of: {@link Seal}. */
    static final String SEAL = "netproof.dev/seal";

    static final String SOURCE = "netproof.dev/source";
    static final String NEVER_READY = "netproof.dev/never-ready";
    static final String ANCHOR_GATE = "netproof.dev/anchor";

    private NetproofLabels() {}

    /** Whether it says that it is netproof's. */
    static boolean marked(HasMetadata object) {
        return role(object).isPresent();
    }

    static Optional<String> role(HasMetadata object) {
        return Optional.ofNullable(labels(object.getMetadata()).get(ROLE));
    }

    /** Whether this is the object that was asked for, as far as marks tell: its seal was nobody else's before. */
    static boolean same(HasMetadata asked, HasMetadata there) {
        return role(asked).equals(role(there))
                && List.of(RUN, DEADLINE, SEAL).stream()
                        .allMatch(key -> annotation(asked, key).isPresent()
                                && annotation(asked, key).equals(annotation(there, key)));
    }

    /** Whether it says that it is of this run. */
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

    static Optional<String> annotation(HasMetadata object, String key) {
        return Optional.ofNullable(object.getMetadata().getAnnotations()).map(annotations -> annotations.get(key));
    }

    private static Map<String, String> labels(ObjectMeta metadata) {
        return Optional.ofNullable(metadata.getLabels()).orElse(Map.of());
    }
}
