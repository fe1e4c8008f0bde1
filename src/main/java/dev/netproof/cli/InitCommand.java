package dev.netproof.cli;

import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterAccess;
import dev.netproof.model.Exit;
import dev.netproof.plan.ClusterFacts;
import dev.netproof.plan.StarterMatrix;
import dev.netproof.text.ShellWord;
import dev.netproof.text.Visible;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a matrix to start from. */
@Command(
        name = "init",
        description = "Writes a commented starter matrix from a namespace's workloads and Services.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  netproof init -n shop            to standard output",
            "  netproof init -n shop shop.yaml"
        })
final class InitCommand implements Callable<Integer> {
    @Mixin
    ClusterOptions cluster = new ClusterOptions();

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "File to write; it must not exist yet. Default: standard output.")
    @Nullable Path file;

    @Spec
    @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (spec == null) {
            throw new IllegalStateException("picocli sets this before calling");
        }
        PrintWriter err = spec.commandLine().getErr();
        ClusterAccess access = cluster.access();
        String namespace = Optional.ofNullable(cluster.namespace).orElse(access.namespace());
        String text;
        try (Cluster live = ClusterOptions.connect(access)) {
            ClusterFacts facts = live.survey(Set.of(namespace));
            if (facts.namespaces().get(namespace) == ClusterFacts.Existence.ABSENT
                    || !StarterMatrix.isName(namespace)) {
                err.println("error: there is no namespace " + Visible.of(namespace) + " in "
                        + Visible.of(access.context()));
                return Exit.BAD_INPUT.code();
            }
            text = StarterMatrix.of(facts, namespace);
        }
        if (file == null) {
            spec.commandLine().getOut().print(text);
            spec.commandLine().getOut().flush();
            return Exit.CONFORMS.code();
        }
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            err.println("error: " + Visible.of(file.toString()) + " is there already; nothing was written");
            return Exit.BAD_INPUT.code();
        } catch (IOException e) {
            err.println("error: the matrix could not be written to " + Visible.of(file.toString()) + ": "
                    + Visible.of(ReportFile.reason(e)));
            return Exit.BAD_INPUT.code();
        }
        err.println("wrote " + Visible.of(file.toString()) + "; next: netproof lint "
                + Visible.of(ShellWord.ofFile(file.toString())));
        return Exit.CONFORMS.code();
    }
}
