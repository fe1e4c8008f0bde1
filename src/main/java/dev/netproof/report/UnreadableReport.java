package dev.netproof.report;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file is not the JSON evidence of a run. The message says where and why. */
public final class UnreadableReport extends IOException {
    UnreadableReport(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
