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
        description =
                "Remove what killed runs and enforcement checks left behind: pods, namespaces, network policies and"
                        + " Services that netproof created, and nothing else.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "netproof keeps objects of runs that may still be active. On a terminal it asks;",
            "elsewhere, --all removes them. Objects that have netproof's label and cannot be shown to be",
            "netproof's are named and kept.",
            "",
            "Examples:",
            "  netproof clean                  in every namespace (needs permission to list pods in all of them)",
            "  netproof clean -n shop --all"
        })
final class CleanCommand implements Callable<Integer> {
    @Mixin
    ContextOptions contexts = new ContextOptions();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Namespace to clean; default: all namespaces.")
    @Nullable String namespace;

    @Option(names = "--all", description = "Also remove objects of runs that may still be active.")
    boolean all;

    @Spec
    @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets this before calling");
        }
        PrintWriter out = spec.commandLine().getOut();
        ClusterAccess access = contexts.access();
        Set<String> namespaces = Optional.ofNullable(namespace).map(Set::of).orElse(Set.of());
        try (Cluster live = ClusterOptions.connect(access)) {
            Cluster.Cleaning cleaning =
                    live.clean(namespaces, all ? Cluster.CleanScope.ALL : Cluster.CleanScope.EXPIRED);
            if (cleaning.alive() > 0
                    && Terminal.confirms(
                            cleaning.alive() + " objects belong to runs that may still be active. Remove them too?")) {
                Cluster.Cleaning rest = live.clean(namespaces, Cluster.CleanScope.ALL);
                cleaning = new Cluster.Cleaning(
                        cleaning.removed() + rest.removed(),
                        rest.alive(),
                        cleaning.unreadable(),
                        rest.remaining(),
                        rest.foreign());
            }
            out.println(objects(cleaning.removed()) + " removed from " + Visible.of(access.context())
                    + (cleaning.alive() > 0
                            ? ", " + cleaning.alive() + " kept: their runs may still be active (--all removes them)"
                            : ""));
            cleaning.unreadable()
                    .forEach(what -> out.println("not permitted to " + Visible.of(what)
                            + ": leftovers of enforcement checks there were not searched for"));
            PrintWriter err = spec.commandLine().getErr();
            cleaning.foreign().forEach(what -> err.println("note: " + Visible.of(what)));
            cleaning.remaining().forEach(why -> err.println("error: " + Visible.of(why)));
            return (cleaning.remaining().isEmpty() ? Exit.CONFORMS : Exit.NOT_JUDGED).code();
        }
    }

    private static String objects(int number) {
        return number == 1 ? "1 object" : number + " objects";
    }
}
