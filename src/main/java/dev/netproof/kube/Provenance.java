package dev.netproof.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Whether netproof made an object, by what others cannot write: its name, which is sealed, and when it was created. */
final class Provenance {
    /** How long a run may take, and then some to clean up; nothing that netproof makes is meant to be there for longer. */
    static final Duration LONGEST = Duration.ofHours(24).plusMinutes(5);

    /** How far netproof's clock and the API server's may be apart. */
    static final Duration SKEW = Duration.ofMinutes(10);

    private static final Pattern SYSTEM = Pattern.compile("default|kube-.*|openshift|openshift-.*");
    private static final Map<String, Form> FORMS = Map.of(
            "Namespace", new Form("netproof-[a-z0-9-]+", NetproofLabels.GROUND),
            "Pod",
                    new Form(
                            "np[0-9a-f]{8}|npanchor|nps-[a-z0-9-]+",
                            NetproofLabels.PROBE, NetproofLabels.ANCHOR, NetproofLabels.SERVER),
            "NetworkPolicy", new Form("np-[a-z0-9-]+", NetproofLabels.GROUND),
            "Service", new Form("np-[a-z0-9-]+", NetproofLabels.GROUND));

    /**
     * What netproof calls the objects of a kind.
     *
     * @param stem the name before its last dash
     */
    private record Form(Pattern stem, Set<String> roles) {
        private Form(String stem, String... roles) {
            this(Pattern.compile(stem), Set.of(roles));
        }
    }

    private Provenance() {}

    /** Why an object that carries netproof's label is not taken for netproof's. */
    enum Doubt {
        SYSTEM("it is a namespace of the cluster's own"),
        NAME("its name is not of the form that netproof gives"),
        MARKS("it lacks labels or annotations that netproof writes"),
        SEAL("its name does not belong to its labels and annotations"),
        AGE("its deadline does not fit the time at which it was created"),
        READY("it is ready, which a probe never is"),
        SERVES("it is a target of netproof's enforcement check");

        private final String because;

        Doubt(String because) {
            this.because = because;
        }

        String because() {
            return because;
        }
    }

    /** Why an object may not be deleted as netproof's; empty when it is netproof's. */
    static Optional<Doubt> doubt(HasMetadata object) {
        return sealed(object).or(() -> aged(object));
    }

    /** Why a pod counts like everybody else's; empty when it is a probe or an anchor, of any run. */
    static Optional<Doubt> doubtProbe(Pod pod) {
        Optional<Doubt> doubt = sealed(pod);
        if (doubt.isPresent()) {
            return doubt;
        }
        if (NetproofLabels.role(pod).filter(NetproofLabels.SERVER::equals).isPresent()) {
            return Optional.of(Doubt.SERVES);
        }
        // Those who may create pods can seal one too, but nothing that serves others hides behind a seal.
        boolean ready = pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(one -> "Ready".equals(one.getType()) && "True".equals(one.getStatus()));
        return ready ? Optional.of(Doubt.READY) : Optional.empty();
    }

    private static Optional<Doubt> sealed(HasMetadata object) {
        ObjectMeta metadata = object.getMetadata();
        String kind = object.getKind();
        String name = metadata.getName();
        if (kind.equals("Namespace") && SYSTEM.matcher(name).matches()) {
            return Optional.of(Doubt.SYSTEM);
        }
        int dash = name.lastIndexOf('-');
        Form form = FORMS.get(kind);
        if (form == null
                || dash < 0
                || !form.stem().matcher(name.substring(0, dash)).matches()
                || !Seal.isOne(name.substring(dash + 1))) {
            return Optional.of(Doubt.NAME);
        }
        Optional<String> role = NetproofLabels.role(object).filter(form.roles()::contains);
        Optional<String> run = NetproofLabels.annotation(object, NetproofLabels.RUN);
        Optional<String> deadline = NetproofLabels.annotation(object, NetproofLabels.DEADLINE);
        Optional<String> salt = NetproofLabels.annotation(object, NetproofLabels.SEAL);
        if (role.isEmpty() || run.isEmpty() || deadline.isEmpty() || salt.isEmpty()) {
            return Optional.of(Doubt.MARKS);
        }
        String namespace = Optional.ofNullable(metadata.getNamespace()).orElse("");
        String seal =
                Seal.of(kind, namespace, name.substring(0, dash), role.get(), run.get(), deadline.get(), salt.get());
        return seal.equals(name.substring(dash + 1)) ? Optional.empty() : Optional.of(Doubt.SEAL);
    }

    private static Optional<Doubt> aged(HasMetadata object) {
        Optional<Instant> deadline = NetproofLabels.deadline(object);
        Optional<Instant> created = created(object.getMetadata());
        if (deadline.isEmpty() || created.isEmpty()) {
            return Optional.of(Doubt.AGE);
        }
        Duration lifetime = Duration.between(created.get(), deadline.get());
        boolean fits = lifetime.compareTo(SKEW.negated()) >= 0 && lifetime.compareTo(LONGEST.plus(SKEW)) <= 0;
        return fits ? Optional.empty() : Optional.of(Doubt.AGE);
    }

    private static Optional<Instant> created(ObjectMeta metadata) {
        try {
            return Optional.ofNullable(metadata.getCreationTimestamp()).map(Instant::parse);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** What people are told of an object that carries netproof's label and is somebody else's. */
    static String notOurs(HasMetadata object, String because) {
        return object.getKind() + " " + object.getMetadata().getName()
                + Optional.ofNullable(object.getMetadata().getNamespace())
                        .map(namespace -> " in namespace " + namespace)
                        .orElse("")
                + " has the label " + NetproofLabels.ROLE
                + " but cannot be shown to be netproof's: "
                + because
                + "; it is treated like any other object and kept";
    }
}
