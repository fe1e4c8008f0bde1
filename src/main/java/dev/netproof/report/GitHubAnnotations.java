package dev.netproof.report;

import dev.netproof.model.Enforcement;
import dev.netproof.model.Location;
import dev.netproof.model.Report;
import dev.netproof.text.Visible;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Workflow commands by which GitHub shows findings at their lines of the matrix.
 *
 * @see <a href="https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands">Workflow commands</a>
 */
final class GitHubAnnotations implements Rendering {
    /** GitHub shows so many of each level for a step, and drops the rest without a word. */
    private static final int SHOWN = 10;

    @Override
    public void write(Report report, OutputStream out) throws IOException {
        List<Sheet> sheets = Sheet.of(report);
        StringBuilder text = new StringBuilder();
        int errors = SHOWN;
        if (report.breakage().isPresent()) {
            command(
                    text,
                    "error",
                    Optional.empty(),
                    "The run ended early",
                    report.breakage().get().problem() + "\nfix: "
                            + report.breakage().get().fix());
            errors--;
        }
        Optional<Enforcement> lacking =
                report.enforcement().filter(one -> EnforcementText.sign(one.verdict()) == Sign.VIOLATION);
        if (lacking.isPresent()) {
            command(
                    text,
                    "error",
                    Optional.empty(),
                    "Network policy is not enforced",
                    lacking.get().headline()
                            + lacking.get()
                                    .advice()
                                    .map(advice -> "\n" + advice)
                                    .orElse(""));
            errors--;
        }
        findings(text, "error", Sign.VIOLATION, sheets, errors);
        findings(text, "warning", Sign.INCONCLUSIVE, sheets, SHOWN);
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void findings(StringBuilder text, String level, Sign sign, List<Sheet> sheets, int shown) {
        List<Entry> found =
                sheets.stream().flatMap(sheet -> sheet.entries(sign).stream()).toList();
        // Of too many the last tells how many there are.
        int full = found.size() > shown ? shown - 1 : found.size();
        found.subList(0, full).forEach(entry -> finding(text, level, entry));
        if (full < found.size()) {
            command(
                    text,
                    level,
                    Optional.empty(),
                    "and " + (found.size() - full) + " more",
                    Figures.count(found.size(), "check is ", "checks are ") + sign.word()
                            + "; all of them are in the report");
        }
    }

    private static void finding(StringBuilder text, String level, Entry entry) {
        String message = entry.result()
                .map(result -> result.verdict().explanation()
                        + result.check()
                                .because()
                                .map(because -> "\nbecause: " + because)
                                .orElse("")
                        + result.verdict().fix().map(fix -> "\nfix: " + fix).orElse("")
                        + "\nrepeat: " + result.repeat())
                .orElse("");
        command(
                text,
                level,
                Optional.of(entry.check().location()),
                entry.check().sentence() + " — " + entry.remark(),
                message);
    }

    private static void command(
            StringBuilder text, String level, Optional<Location> location, String title, String message) {
        text.append("::").append(level).append(' ');
        location.ifPresent(place -> text.append("file=")
                .append(property(place.file()))
                .append(",line=")
                .append(place.line())
                .append(",col=")
                .append(place.column())
                .append(','));
        text.append("title=")
                .append(property(title))
                .append("::")
                .append(data(message))
                .append('\n');
    }

    /** Only netproof writes line feeds, others are made visible: text from a cluster must not begin a command. */
    private static String data(String value) {
        return String.join(
                "%0A",
                value.lines()
                        .map(Visible::of)
                        .map(line -> line.replace("%", "%25"))
                        .toList());
    }

    private static String property(String value) {
        return Visible.of(value).replace("%", "%25").replace(":", "%3A").replace(",", "%2C");
    }
}
