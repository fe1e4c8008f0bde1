package dev.netproof.live;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One of the processes that share out the live tests' classes. Each has a cluster of its own, so that no class disturbs another. */
public final class Fork {
    private Fork() {}

    /** Counted from 1 by Failsafe, which says "fork 1"; absent where tests are started some other way. */
    private static int number() {
        return Integer.parseInt(System.getProperty("netproof.fork", "fork 1").replace("fork ", ""));
    }

    /** The way to this fork's cluster: its own of $NETPROOF_LIVE_KUBECONFIGS, else the one of $KUBECONFIG. */
    public static Optional<Path> kubeconfig() {
        return own("NETPROOF_LIVE_KUBECONFIGS", File.pathSeparator)
                .or(() -> Optional.ofNullable(System.getenv("KUBECONFIG")).filter(value -> !value.isBlank()))
                .map(Path::of);
    }

    /** This fork's lab, of $NETPROOF_LAB. */
    static Optional<String> lab() {
        return own("NETPROOF_LAB", " ");
    }

    private static Optional<String> own(String variable, String separator) {
        List<String> each = Optional.ofNullable(System.getenv(variable)).stream()
                .flatMap(list -> List.of(list.strip().split(separator)).stream())
                .filter(one -> !one.isEmpty())
                .toList();
        return each.isEmpty() ? Optional.empty() : Optional.of(each.get((number() - 1) % each.size()));
    }
}
