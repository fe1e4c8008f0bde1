package dev.netproof.cli;

import dev.netproof.matrix.MatrixReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the matrix's JSON Schema, for editors. */
@Command(
        name = "schema",
        description = "Print the JSON Schema of a matrix, for editors and other tools.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Editors with the YAML language server find the schema by the first line of a matrix:",
            "  # yaml-language-server: $schema=connectivity-matrix.schema.json",
            "",
            "Examples:",
            "  netproof schema > connectivity-matrix.schema.json"
        })
final class SchemaCommand implements Callable<Integer> {
    @Spec
    @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (spec == null) {
            throw new IllegalStateException("picocli sets this before calling");
        }
        try (InputStream in = MatrixReader.class.getResourceAsStream("connectivity-matrix.schema.json")) {
            if (in == null) {
                throw new IllegalStateException("the schema is missing from the jar");
            }
            spec.commandLine().getOut().print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            spec.commandLine().getOut().flush();
        }
        return 0;
    }
}
