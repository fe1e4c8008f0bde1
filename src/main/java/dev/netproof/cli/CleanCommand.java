package dev.netproof.cli;

import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterAccess;
import dev.netproof.model.Exit;
import dev.netproof.text.Visible;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Removes what a killed run left behind. */
@Command(
        name = "clean",
        description = "Removes what earlier runs and enforcement checks left behind, and nothing else: pods, and the"
                + " namespaces, network policies and Services that enforcement checks make.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Objects of a run whose deadline has not passed may belong to somebody else's live run:",
            "on a terminal you are asked, elsewhere --all removes them.",
            "What carries netproof's label and is not proved to be netproof's is named and left alone.",
            "",
            "Examples:",
            "  netproof clean                  in every namespace, where pods may be listed in all of them",
            "  netproof clean -n shop --all"
        })
final class CleanCommand implements Callable<Integer> {
    @Mixin
    ClusterOptions cluster = new ClusterOptions();

    @Option(names = "--all", description = "Also remove what belongs to runs that may still be alive.")
    boolean all;

    @Spec
    @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets this before calling");
        }
        PrintWriter out = spec.commandLine().getOut();
        ClusterAccess access = cluster.access();
        Set<String> namespaces =
                Optional.ofNullable(cluster.namespace).map(Set::of).orElse(Set.of());
        try (Cluster live = ClusterOptions.connect(access)) {
            Cluster.Cleaning cleaning =
                    live.clean(namespaces, all ? Cluster.CleanScope.ALL : Cluster.CleanScope.EXPIRED);
            if (cleaning.alive() > 0
                    && Terminal.confirms(
                            cleaning.alive() + " objects belong to runs that may still be alive. Remove them too?")) {
                Cluster.Cleaning rest = live.clean(namespaces, Cluster.CleanScope.ALL);
                cleaning = new Cluster.Cleaning(
                        cleaning.removed() + rest.removed(),
                        rest.alive(),
                        cleaning.unreadable(),
                        rest.remaining(),
                        rest.foreign());
            }
            out.println(cleaning.removed() + " removed from " + Visible.of(access.context())
                    + (cleaning.alive() > 0
                            ? ", " + cleaning.alive()
                                    + " left alone: their runs may still be alive (--all removes them)"
                            : ""));
            cleaning.unreadable()
                    .forEach(what -> out.println("not permitted to " + Visible.of(what)
                            + ": what a killed enforcement check may have left there was not looked for"));
            PrintWriter err = spec.commandLine().getErr();
            cleaning.foreign().forEach(what -> err.println("note: " + Visible.of(what)));
            cleaning.remaining().forEach(why -> err.println("error: " + Visible.of(why)));
            return (cleaning.remaining().isEmpty() ? Exit.CONFORMS : Exit.NOT_JUDGED).code();
        }
    }
}
