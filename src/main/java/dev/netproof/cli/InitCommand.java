package dev.netproof.cli;

import dev.netproof.kube.Cluster;
import dev.netproof.kube.ClusterAccess;
import dev.netproof.kube.ClusterTrouble;
import dev.netproof.matrix.AllowedNamespaces;
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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a matrix to start from. */
@Command(
        name = "init",
        description = "Write a starter matrix from the workloads and Services of a namespace.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "The matrix denies everything except DNS: change the cells that the applications need to allow.",
            "What the grid leaves out (a UDP server, for example) is a comment with the reason.",
            "With several namespaces the file has one document for each.",
            "",
            "Examples:",
            "  netproof init -n shop            to standard output",
            "  netproof init -n shop shop.yaml",
            "  netproof init -n shop -n jobs matrix.yaml",
            "  netproof init --all-namespaces matrix.yaml"
        })
final class InitCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "File to write; it must not exist yet. Default: standard output.")
    @Nullable Path file;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Namespace to write a matrix for; repeatable. Default: the context's namespace.")
    List<String> namespaces = new ArrayList<>();

    @Option(
            names = {"-A", "--all-namespaces"},
            description =
                    "Write a matrix for every namespace that has workloads or Services, except those of the cluster"
                            + " itself, such as kube-system.")
    boolean everywhere;

    @Mixin
    ContextOptions contexts = new ContextOptions();

    @Spec
    @Nullable CommandSpec spec;

    /** What is to be written, and how many parts of it are comments. */
    private record Matrices(String text, int comments) {}

    @Override
    public Integer call() throws IOException {
        if (spec == null) {
            throw new IllegalStateException("picocli sets this before calling");
        }
        PrintWriter err = spec.commandLine().getErr();
        if (everywhere && !namespaces.isEmpty()) {
            err.println("error: --all-namespaces and --namespace exclude each other\n  fix: remove one of them");
            return Exit.BAD_INPUT.code();
        }
        ClusterAccess access = contexts.access();
        Matrices matrices;
        try (Cluster live = ClusterOptions.connect(access)) {
            Set<String> wanted = everywhere
                    ? all(live)
                    : new LinkedHashSet<>(namespaces.isEmpty() ? List.of(access.namespace()) : namespaces);
            ClusterFacts facts = live.survey(wanted);
            for (String namespace : wanted) {
                if (facts.namespaces().get(namespace) == ClusterFacts.Existence.ABSENT
                        || !StarterMatrix.isName(namespace)) {
                    err.println("error: there is no namespace " + Visible.of(namespace) + " in "
                            + Visible.of(access.context()));
                    return Exit.BAD_INPUT.code();
                }
            }
            if (everywhere) {
                wanted.removeIf(namespace -> !StarterMatrix.isAboutSomething(facts, namespace));
            }
            if (wanted.isEmpty()) {
                err.println("error: no namespace has workloads or Services\n  fix: name namespaces with -n");
                return Exit.BAD_INPUT.code();
            }
            matrices = matrices(facts, wanted);
        }
        if (matrices.comments() > 0) {
            err.println("note: " + matrices.comments() + (matrices.comments() == 1 ? " thing is" : " things are")
                    + " not in the grid; the comments above the grid say which, and why");
        }
        return write(matrices.text(), err);
    }

    /** Namespaces that netproof may run probes in by default: of the others a matrix would be refused. */
    private static Set<String> all(Cluster live) {
        Set<String> names = new TreeSet<>(live.namespaces()
                .orElseThrow(() -> new ClusterTrouble(
                        "not permitted to list namespaces", "name the namespaces instead: -n NAMESPACE, repeatable"))
                .keySet());
        names.removeIf(name -> !AllowedNamespaces.USUAL.admits(name) || !StarterMatrix.isName(name));
        return names;
    }

    private static Matrices matrices(ClusterFacts facts, Set<String> namespaces) {
        List<String> documents = new ArrayList<>();
        int comments = 0;
        for (String namespace : namespaces) {
            StarterMatrix.Written written = StarterMatrix.of(facts, namespace);
            documents.add(written.text());
            comments += written.comments().size();
        }
        return new Matrices(String.join("---\n", documents), comments);
    }

    private int write(String text, PrintWriter err) {
        Optional<Path> target = Optional.ofNullable(file);
        if (target.isEmpty()) {
            PrintWriter out = command().commandLine().getOut();
            out.print(text);
            out.flush();
            return Exit.CONFORMS.code();
        }
        String name = target.get().toString();
        try {
            Files.writeString(target.get(), text, StandardOpenOption.CREATE_NEW);
        } catch (FileAlreadyExistsException e) {
            err.println("error: " + Visible.of(name) + " exists already; nothing was written");
            return Exit.BAD_INPUT.code();
        } catch (IOException e) {
            err.println(
                    "error: cannot write the matrix to " + Visible.of(name) + ": " + Visible.of(ReportFile.reason(e)));
            return Exit.BAD_INPUT.code();
        }
        err.println("wrote " + Visible.of(name) + "; next: netproof lint " + Visible.of(ShellWord.ofFile(name)));
        return Exit.CONFORMS.code();
    }

    private CommandSpec command() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets this before calling");
        }
        return spec;
    }
}
