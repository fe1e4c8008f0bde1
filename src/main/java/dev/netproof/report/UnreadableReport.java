package dev.netproof.report;

import java.io.IOException;

/** A file is not the JSON evidence of a run. The message says where and why. */
public final class UnreadableReport extends IOException {
    UnreadableReport(String message, Throwable cause) {
        super(message, cause);
    }
}
