package dev.netproof.report;

/** Where Markdown is to be shown, which limits how long it may be. */
public enum MarkdownRoom {
    /** A comment on a pull or merge request: GitHub takes 65,536 characters. */
    COMMENT(65_536),
    /** What GitHub shows of a step that wrote to its GITHUB_STEP_SUMMARY: 1 MiB. */
    STEP_SUMMARY(1024 * 1024);

    private final int bytes;

    MarkdownRoom(int bytes) {
        this.bytes = bytes;
    }

    /** Counted in bytes of UTF-8, of which a text never has fewer than characters. */
    int bytes() {
        return bytes;
    }
}
