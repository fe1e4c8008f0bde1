package dev.netproof.run;

/** A whole number of at least 1, as people write it on a command line or in a configuration parameter. */
public final class WrittenCount {
    private WrittenCount() {}

    /**
     * Parses the number.
     *
     * @throws IllegalArgumentException if it is not a number of at least 1; the message says so
     */
    public static int parse(String written) {
        try {
            int number = Integer.parseInt(written);
            if (number >= 1) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The message below covers this too.
        }
        throw new IllegalArgumentException("'" + written + "' is not a whole number of at least 1");
    }
}
