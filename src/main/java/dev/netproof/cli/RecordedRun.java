package dev.netproof.cli;

import dev.netproof.model.Report;
import dev.netproof.report.ReportReader;
import dev.netproof.text.ShellWord;
import dev.netproof.text.Visible;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Reads the JSON evidence of an earlier run. */
final class RecordedRun {
    private RecordedRun() {}

    /** The report; empty after a message if it cannot be read. */
    static Optional<Report> read(Path file, PrintWriter err) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return Optional.of(ReportReader.read(in));
        } catch (NoSuchFileException e) {
            err.println(
                    "error: there is no file " + Visible.of(file.toString()) + "\n  fix: netproof run … --report json="
                            + Visible.of(ShellWord.of(file.toString())) + " writes one");
        } catch (IOException e) {
            err.println("error: " + Visible.of(file.toString()) + " cannot be read as a report: "
                    + Visible.of(String.valueOf(e.getMessage())));
        }
        return Optional.empty();
    }
}
