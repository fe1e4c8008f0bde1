package dev.netproof.matrix;

import java.util.regex.Pattern;

/**
 * What Kubernetes accepts as a name.
 *
 * @see <a href="https://kubernetes.io/docs/concepts/overview/working-with-objects/names/">Object names</a>
 */
enum KubernetesNames {
    /** RFC 1123 label: namespaces, Services, the ports of a Service. */
    LABEL(63, "[a-z0-9]([-a-z0-9]*[a-z0-9])?") {
        @Override
        String rule() {
            return "Lower-case letters, digits and \"-\", at most 63, a letter or digit at both ends.";
        }
    },
    /** RFC 1123 subdomain: workloads, pods, service accounts. */
    SUBDOMAIN(253, "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*") {
        @Override
        String rule() {
            return "Lower-case letters, digits, \"-\" and \".\", at most 253, a letter or digit at both ends.";
        }
    },
    LABEL_NAME(63, "[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?") {
        @Override
        String rule() {
            return "Letters, digits, \"-\", \"_\" and \".\", at most 63, a letter or digit at both ends; "
                    + "a domain and a slash may stand in front: example.com/tier.";
        }
    },
    LABEL_VALUE(63, "([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?") {
        @Override
        String rule() {
            return "Letters, digits, \"-\", \"_\" and \".\", at most 63, a letter or digit at both ends; or nothing at all.";
        }
    },
    /** RFC 6335: the name of a container's port. At least one letter, else it would be a number. */
    CONTAINER_PORT(15, "(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?") {
        @Override
        String rule() {
            return "Lower-case letters, digits and single \"-\" between them, at least one letter, at most 15.";
        }
    };

    static final int LONGEST_LABEL = 63;

    private final int longest;
    private final Pattern pattern;

    KubernetesNames(int longest, String pattern) {
        this.longest = longest;
        this.pattern = Pattern.compile(pattern);
    }

    /** The rule in words. */
    abstract String rule();

    boolean accepts(String name) {
        return name.length() <= longest && pattern.matcher(name).matches();
    }

    static boolean acceptsLabelKey(String key) {
        int slash = key.indexOf('/');
        return slash < 0
                ? LABEL_NAME.accepts(key)
                : SUBDOMAIN.accepts(key.substring(0, slash)) && LABEL_NAME.accepts(key.substring(slash + 1));
    }
}
