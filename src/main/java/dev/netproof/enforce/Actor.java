package dev.netproof.enforce;

import dev.netproof.model.Enforcement.Direction;
import java.util.Map;
import java.util.TreeMap;

/** Who takes part in scenarios: a pod of the testbed or a node's kubelet, each at a place, which is the index of its node. Pure. */
sealed interface Actor {
    int place();

    /** What the cluster and the evidence know it by: letters, digits and dashes. */
    String id();

    /** The labels of its pod. */
    Map<String, String> labels();

    /** The pod that the policies of a scenario select. */
    static Actor subject(Direction direction, Track track, int place) {
        return direction == Direction.INGRESS ? new Target(track, place) : new Source(track, place);
    }

    /** Labels that select target and source of a track at a place. */
    static Map<String, String> surroundings(Track track, int place) {
        return Map.of(Labels.TRACK, track.word(), Labels.PLACE, Labels.place(place));
    }

    /** The server that ingress scenarios are about. A scenario about a pod that connects to itself has a probe there that listens. */
    record Target(Track track, int place) implements Actor {
        @Override
        public String id() {
            return "t-" + track.word() + "-" + place;
        }

        @Override
        public Map<String, String> labels() {
            return Labels.subject("target", track, place);
        }
    }

    /** The probe that egress scenarios are about. */
    record Source(Track track, int place) implements Actor {
        @Override
        public String id() {
            return "e-" + track.word() + "-" + place;
        }

        @Override
        public Map<String, String> labels() {
            return Labels.subject("source", track, place);
        }
    }

    /** The probe of a role, which connects to targets. */
    record Client(Role role, int place) implements Actor {
        @Override
        public String id() {
            return "s-" + role.word() + "-" + place;
        }

        @Override
        public Map<String, String> labels() {
            return role.labels();
        }
    }

    /**
     * The server of a role, which sources connect to. No policy selects it, so that it shows too that packets get from node to node.
     */
    record Destination(Role role, int place) implements Actor {
        @Override
        public String id() {
            return "d-" + role.word() + "-" + place;
        }

        @Override
        public Map<String, String> labels() {
            Map<String, String> labels = new TreeMap<>(role.labels());
            labels.put(Labels.PART, "destination");
            labels.put(Labels.PLACE, Labels.place(place));
            return labels;
        }
    }

    /** The kubelet of a node, which nothing has to start. */
    record Kubelet(int place) implements Actor {
        @Override
        public String id() {
            return "kubelet-" + place;
        }

        @Override
        public Map<String, String> labels() {
            return Map.of();
        }
    }

    /** The keys and values that tell the testbed's pods apart. */
    final class Labels {
        private static final String TRACK = "netproof.dev/track";
        private static final String PLACE = "netproof.dev/place";
        private static final String PART = "netproof.dev/part";

        private Labels() {}

        private static String place(int place) {
            return "n" + place;
        }

        private static Map<String, String> subject(String part, Track track, int place) {
            return Map.of(PART, part, TRACK, track.word(), PLACE, place(place));
        }
    }
}
