package dev.netproof.cli;

import dev.netproof.matrix.Reading;
import dev.netproof.model.Exit;
import dev.netproof.model.Matrix;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Finds mistakes without a cluster. */
@Command(
        name = "lint",
        description = "Reads matrices and shows every mistake in them, without a cluster.",
        mixinStandardHelpOptions = true)
final class LintCommand implements Callable<Integer> {
    @Mixin
    MatrixArguments matrices = new MatrixArguments();

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "Namespace where a matrix names none; default: default.")
    @Nullable String namespace;

    @Spec
    @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("picocli sets this before calling");
        }
        PrintWriter err = spec.commandLine().getErr();
        Reading reading = matrices.read(Optional.ofNullable(namespace).orElse("default"));
        if (!MatrixArguments.usable(reading, err)) {
            return Exit.BAD_INPUT.code();
        }
        int checks = 0;
        for (Matrix matrix : reading.matrices()) {
            checks += matrix.checks().size();
        }
        spec.commandLine()
                .getOut()
                .println(reading.matrices().size() + (reading.matrices().size() == 1 ? " matrix" : " matrices") + ", "
                        + checks + " checks: no mistakes found");
        return Exit.CONFORMS.code();
    }
}
