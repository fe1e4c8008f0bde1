package dev.netproof.report;

import dev.netproof.model.Report;
import java.io.IOException;
import java.io.OutputStream;

/** One way to show a report. Every rendering is UTF-8, whatever the locale, and is the same for the same report. */
@FunctionalInterface
public interface Rendering {
    /** Writes the whole report. Flushes the stream and leaves it open. */
    void write(Report report, OutputStream out) throws IOException;
}
