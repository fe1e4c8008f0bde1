package dev.netproof.kube;

/** Bearer tokens, checked where they are read: the HTTP client would say a wrong one in its own error. */
final class Tokens {
    private Tokens() {}

    /**
     * The Authorization header's value. White space around a token is no part of it: files and editors end with a line break.
     *
     * @param where what has the token, in words
     */
    static String header(String read, String where) {
        Redaction.conceal(read);
        String token = read.strip();
        if (token.isEmpty()) {
            throw new ClusterTrouble(where + " is empty", "log in again, or choose another context with --context");
        }
        if (token.chars().anyMatch(character -> character <= ' ' || character > '~')) {
            throw new ClusterTrouble(
                    where + " has a space, a line break or another character in it that no token has",
                    "write the token alone, on one line");
        }
        return "Bearer " + token;
    }
}
