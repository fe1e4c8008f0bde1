package dev.netproof.matrix;

import dev.netproof.matrix.Diagnostic.Severity;
import dev.netproof.model.Check;
import dev.netproof.model.Destination;
import dev.netproof.model.Family;
import dev.netproof.model.Protocol;
import dev.netproof.model.Similar;
import dev.netproof.model.Source;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** All wording of diagnostics: what is wrong, and how to mend it. */
final class Problems {
    private static final int LONGEST_QUOTE = 60;

    private static final List<String> PREFIXES = List.of("deploy", "sts", "ds", "pod", "svc", "ip");

    /** What the parser says, in words that say what to do. */
    private static final Map<String, String[]> SYNTAX = Map.of(
            "mapping values are not allowed here",
            new String[] {
                "a key cannot stand here",
                "Look for text with \": \" in it, which must be in quotes, or for a line that is indented too far."
            },
            "could not find expected ':'",
            new String[] {
                "this line has no \": \" after its key",
                "Write \"key: value\", with a space after the colon; a list entry begins with \"- \"."
            },
            "expected <block end>, but found '<block mapping start>'",
            new String[] {
                "this line is not indented like the lines it belongs to",
                "Give the keys of one mapping the same indentation."
            },
            "expected <block end>, but found '-'",
            new String[] {
                "this list entry is not indented like the entries before it",
                "Give all \"- \" of one list the same indentation."
            },
            "expected the node content, but found '-'",
            new String[] {"a list entry cannot stand here", "Begin the list on a line of its own, under its key."});

    private Problems() {}

    // Files

    static Problem noSuchFile() {
        return error("no-such-file", "there is no such file", "Check the path; a folder can be given as well.");
    }

    static Problem unreadable(String reason) {
        return error("unreadable", "cannot be read: " + reason, "Check the path and its permissions.");
    }

    static Problem noMatrixInFolder(int files) {
        return error(
                "no-matrix-in-folder",
                files == 0
                        ? "there is no .yaml or .yml file in this folder"
                        : "none of the " + counted(files, "YAML file") + " in this folder is a matrix",
                "A matrix begins with \"apiVersion: netproof.dev/v1\" and \"kind: ConnectivityMatrix\".");
    }

    static Problem tooLarge(int most) {
        return error(
                "file-too-large",
                "the file is larger than " + (most >> 20) + " MiB",
                "No matrix is that long: is it the right file? If it is, split it; several files and folders can be given.");
    }

    static Problem tooManyChecks(long asked, int most) {
        return error(
                "too-many-checks",
                "from here on there are more than " + number(most) + " checks; in all, " + number(asked)
                        + " are asked for",
                "Every source of a list is paired with every destination of the other: is that meant? If it is, --max-checks "
                        + asked + " allows them.");
    }

    static Problem tooManyProbes(int asked, int most) {
        return error(
                "too-many-probes",
                "from here on there are more than " + number(most) + " sources; in all, " + number(asked)
                        + " are asked for, and each takes a probe pod or more",
                "Is that meant? If it is, --max-probes " + asked + " allows them.");
    }

    static Problem namespaceNotAllowed(Source source, AllowedNamespaces allowed) {
        return error(
                "namespace-not-allowed",
                "its probe would run in " + allowed.why(source.namespace()),
                "Whoever runs the matrix decides that: " + allowed.fix(source.namespace()));
    }

    static Problem destinationNotAllowed(Destination destination) {
        String pattern = AllowedDestinations.pattern(destination.target());
        return error(
                "destination-not-allowed",
                "no --allow-destination matches this destination",
                "Whoever runs the matrix decides that: --allow-destination " + pattern + " allows it.");
    }

    static Problem notUtf8() {
        return error(
                "not-utf8",
                "from here on the file is not UTF-8",
                "Save the file as UTF-8. (The > of Windows PowerShell writes UTF-16.)");
    }

    static Problem unprintable(int character) {
        return error(
                "control-character",
                String.format(Locale.ROOT, "the character U+%04X, which cannot be seen, stands here", character),
                "Delete it. It often comes along when text is copied from a web page or a word processor.");
    }

    static Problem linkLeavesFolder(String target) {
        return error(
                "link-leaves-folder",
                "this is a symbolic link to " + target + ", outside of the folder that it was looked for in",
                "Name the file itself, or put a copy here: a link that leaves its folder is not followed, because whoever"
                        + " may change the folder could have any file read.");
    }

    static Problem notAFile() {
        return error(
                "not-a-file",
                "this is no regular file",
                "Write the matrix into a file: devices, pipes and sockets are not read.");
    }

    static Problem emptyFile() {
        return error("empty-file", "the file is empty, or has only comments", startOfMatrix());
    }

    static Problem more(int count, Severity severity) {
        return new Problem(
                severity,
                "more-problems",
                "and " + count + " more in this file, from this line on",
                "Mend those above first: one mistake can cause many.");
    }

    // YAML

    /**
     * @param context what the parser was about when it stumbled
     * @param said what it stumbled over
     */
    static Problem syntax(String context, String said) {
        String[] known = SYNTAX.get(said);
        if (known != null) {
            return error("yaml-syntax", known[0], known[1]);
        }
        if (context.contains("flow sequence")) {
            return error(
                    "yaml-syntax",
                    "the list in [ ] has no end, or an entry without a comma",
                    "Put a comma between entries and a ] at the end.");
        }
        if (context.contains("flow mapping")) {
            return error(
                    "yaml-syntax",
                    "the mapping in { } has no end, or a key without a comma before it",
                    "Put a comma between keys and a } at the end.");
        }
        if (said.contains("escape character") || said.contains("expected escape")) {
            return error(
                    "yaml-syntax",
                    "YAML does not know this escape",
                    "Write \\\\ for a backslash in double quotes, or use single quotes.");
        }
        if (context.contains("quoted scalar")) {
            return error("yaml-syntax", "the quoted text has no end", "Close the quotes.");
        }
        if (said.contains("cannot start any token")) {
            return error("yaml-syntax", "a value cannot begin with this character", "Put the value into quotes.");
        }
        return error(
                "yaml-syntax",
                "this is not YAML: " + shorten(said),
                "Mend the line, or the one before it: indentation, quotes, brackets, a space after the colon.");
    }

    static Problem tab() {
        return error("tab", "a tab indents this line; YAML allows spaces only", "Replace the tab by spaces.");
    }

    static Problem tooDeep(int most) {
        return error(
                "too-deep",
                "nested more than " + most + " levels deep",
                "A matrix needs six levels. Look for brackets without an end.");
    }

    static Problem anchor(String name) {
        return error(
                "anchor",
                "anchors (&" + shorten(name) + ") are not supported",
                "Write the value out where it is needed. For what many checks share there are names under "
                        + "\"sources:\" and \"destinations:\", lists in \"from\" and \"to\", and \"defaults:\".");
    }

    static Problem alias(String name) {
        return error(
                "alias",
                "aliases (*" + shorten(name) + ") are not supported",
                "Write the value out here: a line of a matrix says all by itself what it checks. If the text begins with "
                        + "a *, put it into quotes.");
    }

    static Problem mergeKey() {
        return error("merge-key", "merge keys (<<) are not supported; YAML 1.2 has none", "Write the keys out here.");
    }

    static Problem tag(String tag) {
        return error(
                "yaml-tag",
                "YAML tags (" + shorten(tag) + ") are not supported",
                "Delete the tag; where text is wanted, put the value into quotes.");
    }

    static Problem duplicateKey(String key) {
        return error(
                "duplicate-key",
                "the key " + quote(key) + " stands here a second time",
                "Delete one of the two, or bring them together.");
    }

    static Problem keyIsNoText() {
        return error(
                "key-is-no-text",
                "a list or a mapping stands where a key should be",
                "Write a plain word before the colon. If this is text with brackets or braces, put it into quotes.");
    }

    static Problem variable() {
        return error(
                "variable",
                "variables are not expanded: the same file must ask the same on every machine",
                "Write the value out. What differs from cluster to cluster goes onto the command line (--context, -n), or "
                        + "into a file that a tool of yours writes before netproof reads it.");
    }

    // The document

    static Problem notAMatrix() {
        return error("not-a-matrix", "this is no connectivity matrix", startOfMatrix());
    }

    /**
     * Of a document that nothing is shown of: whatever file a link leads to may be one.
     *
     * @param detail what it is instead, where that can be said without showing any of it; empty or with a comma in front
     */
    static Problem unrecognised(String detail) {
        return error(
                "not-a-matrix",
                "this is no connectivity matrix" + detail,
                startOfMatrix() + " Nothing of the file is shown: it may hold secrets.");
    }

    static Problem anotherKind(String apiVersion, String kind) {
        return error(
                "not-a-matrix",
                "this is " + quote(apiVersion + " " + kind) + ", not a connectivity matrix",
                startOfMatrix()
                        + " In a folder, files of other kinds are passed over; a file that is named must be a matrix.");
    }

    static Problem missingHead(String missing) {
        return error(
                "not-a-matrix",
                "the document has no " + quote(missing.substring(0, missing.indexOf(':'))),
                "Add \"" + missing + "\" at the top.");
    }

    static Problem wrongApiVersion(String written, String right) {
        return error(
                "wrong-api-version",
                quote(written) + " is not a version that this netproof reads",
                "Write \"apiVersion: " + right + "\".");
    }

    static Problem wrongKind(String written, String right) {
        return error("wrong-kind", "there is no kind " + quote(written), "Write \"kind: " + right + "\".");
    }

    static Problem nothingToCheck() {
        return error(
                "nothing-to-check",
                "this matrix checks nothing",
                "Add \"checks:\" or a \"grid:\" with at least one cell that is not \"-\": nothing checked is never a pass.");
    }

    static Problem matrixNameTwice(String name) {
        return error(
                "matrix-name-twice",
                "there are two matrices called " + quote(name) + ", and reports could not tell their checks apart",
                "Give this one a \"metadata: {name: …}\" of its own.");
    }

    static Problem badMatrixName(String name) {
        return error(
                "illegal-name",
                quote(name) + " cannot be the name of a matrix",
                "Letters a-z and A-Z, digits, \".\", \"-\" and \"_\", at most 63, a letter or digit first.");
    }

    // Keys and values

    static Problem unknownKey(String key, String owner, List<String> keys) {
        return error(
                "unknown-key",
                owner + " has no key " + quote(key),
                didYouMean(Similar.among(keys, key)) + capital(owner) + " can have: " + String.join(", ", keys) + ".");
    }

    static Problem missingKey(String owner, String key, String example) {
        return error("missing-key", owner + " needs the key " + quote(key), "Add it, for example: " + example);
    }

    static Problem noValue(String key) {
        return error("no-value", quote(key) + " has no value", "Write one after the colon, or delete the line.");
    }

    static Problem nothing(String what, String written) {
        return error(
                "no-value",
                what + (written.isEmpty() ? " is empty" : ": YAML reads " + written + " as nothing at all"),
                written.isEmpty()
                        ? "Write a value, or delete the line."
                        : "If it is a name, put it into quotes: \"" + written + "\".");
    }

    static Problem wrongType(String what, String wanted, String found) {
        String fix = switch (wanted) {
            case "keys and values" -> "Write keys and values, one a line, or in braces: {key: value}.";
            case "a list" -> "Write a list: entries that begin with \"- \", or in brackets: [a, b].";
            default -> "Write " + wanted + " here.";
        };
        return error("wrong-type", what + " must be " + wanted + ", but this is " + found, fix);
    }

    static Problem quoteIt(String what, String written, String found) {
        return error(
                "quote-it",
                what + " must be text, but YAML reads " + shorten(written) + " as " + found,
                "Put it into quotes: \"" + shorten(written) + "\".");
    }

    static Problem textTooLong(String what, int length, int most) {
        return error(
                "text-too-long",
                what + " has " + number(length) + " characters, and at most " + number(most) + " are read",
                "Every report repeats it for each of its checks: say it shorter.");
    }

    static Problem tooManyEntries(String what, int entries, int most) {
        return error(
                "too-many-entries",
                what + " has " + number(entries) + " entries, and at most " + number(most) + " are read",
                "Every report repeats them for each of its checks: keep those that are needed.");
    }

    static Problem emptyText(String what) {
        return error("empty-text", what + " is empty", "Write something between the quotes, or delete the key.");
    }

    static Problem emptyList(String key) {
        return error(
                "empty-list", "the list " + quote(key) + " is empty", "Write at least one entry, or delete the key.");
    }

    static Problem unknownExpectation(String word) {
        return error(
                "unknown-expectation",
                quote(word) + " is no expectation",
                didYouMean(Expectations.meant(word)) + "There are: " + String.join(", ", Expectations.WORDS)
                        + ". \"deny\" accepts silence and refusal; \"drop\" and \"reject\" pin the manner.");
    }

    static Problem notTrueOrFalse(String key, String word) {
        Optional<String> meant = switch (word.toLowerCase(Locale.ROOT)) {
            case "yes", "y", "on", "1", "true" -> Optional.of("true");
            case "no", "n", "off", "0", "false" -> Optional.of("false");
            default -> Optional.empty();
        };
        return error(
                "not-true-or-false",
                quote(key) + " is true or false, not " + quote(word),
                didYouMean(meant) + "Since YAML 1.2, yes, no, on and off are mere words.");
    }

    static Problem unknownPlacement(String word, List<String> words) {
        Optional<String> meant =
                List.of("all", "every").contains(word) ? Optional.of("each") : Similar.among(words, word);
        return error(
                "unknown-placement",
                quote(word) + " is no way to choose nodes",
                didYouMean(meant)
                        + "There are: any (wherever the scheduler likes), each (one probe on every node), same and other "
                        + "(with regard to the destination's pods).");
    }

    static Problem unknownProtocol(String word, List<String> words) {
        return error(
                "unknown-protocol",
                quote(word) + " is no protocol that a check can speak",
                didYouMean(Similar.among(words, word)) + "There are: " + String.join(", ", words) + ".");
    }

    static Problem unknownFamily(String word, List<String> words) {
        Optional<String> meant = switch (word.toLowerCase(Locale.ROOT)) {
            case "4", "v4", "inet", "ip4" -> Optional.of("IPv4");
            case "6", "v6", "inet6", "ip6" -> Optional.of("IPv6");
            default -> Similar.among(words, word);
        };
        return error(
                "unknown-family",
                quote(word) + " is no family of addresses",
                didYouMean(meant) + "There are: " + String.join(", ", words)
                        + ". Without \"family\" every address of the destination is tried.");
    }

    static Problem familyOfAnotherAddress(Family family, String ip) {
        return error(
                "family-of-another-address",
                quote(ip) + " is no " + family.word() + " address",
                "Delete \"family\": an address is of one family by itself.");
    }

    static Problem badStatus(String written) {
        return error(
                "bad-status",
                quote(written) + " is no HTTP status",
                "Write a number from 100 to 599, without quotes: 200");
    }

    static Problem badPath(String path) {
        return error(
                "bad-path",
                quote(path) + " is no path of an HTTP request",
                "Begin with a slash, and write spaces and other special characters as %XX: /orders/1");
    }

    static Problem badTag(String tag) {
        return error(
                "illegal-name",
                quote(tag) + " cannot be a tag",
                "Letters a-z and A-Z, digits, \"-\" and \"_\", at most 63, a letter or digit first.");
    }

    static Problem badDate(String written) {
        return error(
                "bad-date",
                quote(written) + " is no day in the calendar",
                "Write year, month and day: 2027-01-31. It is the last day on which the exception holds.");
    }

    // Kubernetes names

    static Problem badName(String what, String name, KubernetesNames rule) {
        String lower = name.toLowerCase(Locale.ROOT).replace('_', '-');
        return error(
                "bad-name",
                name.isEmpty()
                        ? "the name of a " + what + " is missing"
                        : quote(name) + " cannot be the name of a " + what,
                invisible(name)
                        + didYouMean(Optional.of(lower).filter(other -> !other.equals(name) && rule.accepts(other)))
                        + rule.rule());
    }

    static Problem badLabelKey(String key) {
        return error("bad-label", quote(key) + " cannot be the key of a label", KubernetesNames.LABEL_NAME.rule());
    }

    static Problem badLabelValue(String key, String value) {
        return error(
                "bad-label",
                quote(value) + " cannot be the value of the label " + quote(key),
                KubernetesNames.LABEL_VALUE.rule());
    }

    static Problem quoteLabel(String key, String written, String found) {
        return error(
                "quote-it",
                "the label " + quote(key) + " must be text, but YAML reads " + shorten(written) + " as " + found,
                "Put it into quotes: \"" + shorten(written)
                        + "\". Kubernetes has only text in labels and refuses the rest.");
    }

    static Problem labelWithoutValue(String key) {
        return error(
                "no-value",
                "the label " + quote(key) + " has no value",
                "Write one. If it is empty on the pods as well, write \"\".");
    }

    // Sources and destinations

    static Problem illegalName(String what, String name) {
        return error(
                "illegal-name",
                quote(name) + " cannot be the name of a " + what,
                "Letters a-z and A-Z, digits, \"-\" and \"_\", at most 63, a letter or digit first. Dots, slashes and colons "
                        + "are for references such as deploy/x, example.com:443 or svc/x:80.");
    }

    static Problem noIdentity(String name) {
        return error(
                "no-identity",
                "the source " + quote(name) + " says neither its labels nor its workload",
                "Add \"labels: {app: " + name + "}\", or \"workload: deploy/" + name
                        + "\". For a pod without labels write " + "\"labels: {}\".");
    }

    static Problem workloadBringsItsOwn(String key) {
        return error(
                "workload-and-" + key.toLowerCase(Locale.ROOT),
                quote(key) + " cannot stand beside \"workload\", which takes it from the live workload",
                "Delete one of the two.");
    }

    static Problem noWorkload(String written) {
        return error(
                "bad-workload",
                quote(written) + " is no workload",
                "Write deploy/NAME, sts/NAME or ds/NAME; the namespace has a key of its own, \"namespace\".");
    }

    static Problem noTarget(String name) {
        return error(
                "no-target",
                "the destination " + quote(name) + " does not say what to connect to",
                "Add one of: " + String.join(", ", Keys.TARGETS) + ".");
    }

    static Problem twoTargets(List<String> targets) {
        return error(
                "two-targets",
                "a destination cannot be " + quote(targets.get(0)) + " and " + quote(targets.get(1)) + " at once",
                "Delete one of the two, or make two destinations of it.");
    }

    static Problem podsWithoutLabels() {
        return error(
                "pods-without-labels",
                "without a label this would be every pod of the namespace",
                "Name at least one label that the pods have: {app: orders}.");
    }

    static Problem urlSaysIt(String key) {
        return error(
                "url-says-it",
                quote(key) + " cannot stand beside \"url\"",
                key.equals("namespace") || key.equals("query") || key.equals("send")
                        ? "Delete it: it has no meaning for a URL."
                        : "Write it into the URL: https://host:port/path");
    }

    static Problem namespaceWithoutMeaning(String kind) {
        return error(
                "namespace-without-meaning",
                "a destination by " + quote(kind) + " has no namespace",
                "Delete the key. For a Service write \"service: NAME\" instead of \"" + kind + "\".");
    }

    static Problem urlAsHost(String written) {
        return error(
                "bad-host", quote(written) + " is a URL, not a host name", "Write \"url: " + shorten(written) + "\".");
    }

    static Problem onlyWithProtocol(String key, String protocols, Protocol protocol) {
        return error(
                "only-with-protocol",
                quote(key) + " has no meaning with protocol " + protocol,
                "Add \"protocol: " + protocols.replaceFirst(" or .*", "") + "\", or delete " + quote(key)
                        + ": it belongs to " + protocols + ".");
    }

    static Problem queryMissing(String name) {
        return error(
                "missing-key",
                "the destination " + quote(name) + " speaks DNS but does not say which name to ask for",
                "Add, for example: query: kubernetes.default.svc.cluster.local");
    }

    static Problem badDatagram() {
        return error(
                "bad-datagram",
                "\"send\" holds what no datagram of netproof's can hold",
                "Write up to 500 printable characters: {nonce} for a number of each attempt's own, \\xNN for a byte,"
                        + " \\\\ for a backslash; in single quotes, so that YAML leaves them alone.");
    }

    static Problem portMissing(String name, String kind) {
        return error(
                "port-missing",
                "the destination " + quote(name) + " needs a port",
                kind.equals("host") || kind.equals("ip")
                        ? "Add \"port: 443\"."
                        : "Add the container port, by number or name: \"port: 8080\". Only a Service may go without.");
    }

    // Ports

    static Problem portOutOfRange(String written) {
        return error("port-out-of-range", "there is no port " + shorten(written), "Ports go from 1 to 65535.");
    }

    static Problem leadingZero(String written) {
        String decimal = written.replaceFirst("^0+(?=.)", "");
        return error(
                "leading-zero",
                shorten(written) + " is ambiguous: some read it as octal, others as decimal",
                "Write it without the zero in front: " + shorten(decimal));
    }

    static Problem badPort(String written, KubernetesNames names) {
        return error(
                "bad-port",
                written.isEmpty()
                        ? "the port is missing"
                        : quote(written) + " is neither a port number nor the name of a port",
                "A number goes from 1 to 65535. A name: " + lower(names.rule()));
    }

    static Problem portIsNoNumber(String written) {
        return error(
                "bad-port",
                written.isEmpty() ? "the port is missing" : quote(written) + " is no port number",
                "Write a number from 1 to 65535: only Services and pods have names for their ports.");
    }

    static Problem quotedPort(String written) {
        return error(
                "bad-port",
                "in quotes, " + shorten(written) + " would be the name of a port, and a name needs a letter",
                "Write the number without quotes: " + shorten(written));
    }

    // References

    static Problem unknownSource(String name, Collection<String> names) {
        if (name.indexOf('.') >= 0 || name.indexOf(':') >= 0) {
            return error(
                    "unknown-source",
                    "there is no source " + quote(name) + ", and a host or an address cannot be one",
                    "A source is a workload (deploy/x, sts/x, ds/x), a pod (pod/x), or a name under \"sources:\".");
        }
        return error(
                "unknown-source",
                "there is no source " + quote(name),
                Similar.among(names, name)
                        .map(meant ->
                                didYouMean(Optional.of(meant)) + "Defined under \"sources:\" are: " + listed(names))
                        .orElse("A workload is written deploy/" + workloadName(name)
                                + " (or sts/, ds/); other names are defined under \"sources:\"."));
    }

    static Problem unknownDestination(String name, Collection<String> names) {
        return error(
                "unknown-destination",
                "there is no destination " + quote(name),
                Similar.among(names, name)
                        .map(meant -> didYouMean(Optional.of(meant)) + "Defined under \"destinations:\" are: "
                                + listed(names))
                        .orElse("A Service is written svc/" + workloadName(name) + ", a workload deploy/"
                                + workloadName(name)
                                + ":PORT, a host with its dots; other names are defined under \"destinations:\"."));
    }

    static Problem sourceAsDestination(String name) {
        return error(
                "unknown-destination",
                quote(name) + " is a source; nothing says how to connect to it",
                "Define a destination under \"destinations:\", or write svc/NAME or deploy/NAME:PORT.");
    }

    static Problem destinationAsSource(String name) {
        return error(
                "unknown-source",
                quote(name) + " is a destination; nothing says as whom to connect",
                "Define a source under \"sources:\", or write deploy/NAME.");
    }

    static Problem namedDestinationWithPort(String name) {
        return error(
                "named-destination-with-port",
                "the destination " + quote(name) + " brings its own port",
                "Write \"" + name + "\" alone, or define another destination with that port.");
    }

    static Problem addressAsSource(String reference) {
        return error(
                "unknown-source",
                "an address cannot be a source: " + shorten(reference),
                "netproof connects as pods of the cluster. Write deploy/NAME, or define a source under \"sources:\".");
    }

    static Problem serviceAsSource(String reference, String name) {
        return error(
                "service-as-source",
                "a Service cannot connect to anything: " + shorten(reference),
                "Name the workload behind it: deploy/" + name + ", sts/" + name + " or ds/" + name + ".");
    }

    static Problem sourceWithPort(String source) {
        return error("source-with-port", "a source has no port", "Write " + shorten(source) + " alone.");
    }

    static Problem unknownKind(String reference) {
        String[] parts = reference.split("/", -1);
        String kind = parts.length >= 3 ? parts[1] : parts[0];
        Optional<String> close = kind.isEmpty() ? Optional.empty() : Similar.among(PREFIXES, kind);
        String fix =
                "Write deploy/NAME, sts/NAME, ds/NAME, pod/NAME or svc/NAME, with \"namespace/\" in front where it is "
                        + "another.";
        if (parts.length == 3 && References.Kind.of(parts[0]).isPresent()) {
            return error(
                    "unknown-kind",
                    quote(reference) + " has a part too many",
                    "The namespace stands in front: NAMESPACE/" + parts[0] + "/" + shorten(parts[1])
                            + ". A protocol follows the port: svc/kube-dns:53/udp.");
        }
        if (parts.length > 3) {
            return error("unknown-kind", quote(reference) + " has too many slashes", fix);
        }
        if (List.of("rs", "replicaset", "job", "jobs", "cronjob", "cj", "node", "no")
                .contains(kind)) {
            return error(
                    "unknown-kind",
                    quote(kind) + " cannot be named in a reference",
                    "Define a source or a destination by the labels of its pods, under \"sources:\" or \"destinations:\".");
        }
        String namespace = parts.length == 2 && close.isEmpty() && KubernetesNames.LABEL.accepts(kind)
                ? "If " + quote(kind) + " is a namespace, write " + shorten(kind + "/deploy/" + parts[1]) + ". "
                : "";
        return error(
                "unknown-kind",
                "there is no kind " + quote(kind) + " of reference",
                didYouMean(close) + namespace + fix);
    }

    static Problem unknownSuffix(String suffix) {
        return error(
                "unknown-protocol",
                quote(suffix) + " is no protocol that can follow a port",
                didYouMean(Similar.among(List.of("tcp", "udp", "sctp", "http", "https"), suffix))
                        + "There are: tcp, udp, sctp, http, https.");
    }

    static Problem workloadWithoutPort(String reference, String name) {
        return error(
                "port-missing",
                "a pod can listen on many ports, and this does not say on which",
                "Add the container port, by number or name: " + shorten(reference)
                        + ":8080. Or connect to its Service: svc/" + shorten(name) + ".");
    }

    static Problem hostWithoutPort(String host) {
        return error(
                "port-missing",
                "the host " + quote(host) + " needs a port",
                "Write " + shorten(host) + ":443, or the URL https://" + shorten(host) + ".");
    }

    static Problem ipWithoutPort(String reference) {
        return error("port-missing", "the address needs a port", "Write " + shorten(reference) + ":443.");
    }

    static Problem ipWithoutPrefix(String reference) {
        return error("bad-ip", "an address is written with ip/ in front", "Write ip/" + shorten(reference) + ".");
    }

    static Problem ipv6WithoutBrackets(String written) {
        return error(
                "bad-ip",
                "it cannot be told where this address ends and its port begins: " + shorten(written),
                "Put an IPv6 address into brackets: ip/[fd00::1]:443.");
    }

    static Problem badIp(String written) {
        return error(
                "bad-ip",
                quote(written) + " is no IP address",
                "Write ip/10.1.2.3:443 or ip/[fd00::1]:443; a number from 0 to 255 in each place, without zeros in front.");
    }

    static Problem ipRange(String written) {
        return error(
                "bad-ip", quote(written) + " is a range", "Name one address of it: a probe connects to one at a time.");
    }

    static Problem badHost(String host) {
        if (host.startsWith("*.")) {
            return error(
                    "bad-host",
                    quote(host) + " is a pattern, and a probe needs a name that it can look up",
                    "Name one host that the pattern covers: www" + shorten(host.substring(1)) + ".");
        }
        return error(
                "bad-host",
                quote(host) + " is no host name",
                didYouMean(Addresses.ascii(host))
                        + "Letters a-z, digits and \"-\", in at least two parts with a dot between.");
    }

    static Problem badUrl(String url, String why) {
        return error(
                "bad-url",
                "the URL " + quote(url) + " cannot be asked for: " + why,
                "Write https://host, https://host:8443/path?query");
    }

    static Problem urlWithUser() {
        return error(
                "bad-url",
                "the URL has a user in front of its host",
                "Delete everything up to the @: netproof tests the network, not the login, and a matrix is no place for secrets.");
    }

    static Problem urlScheme(String scheme) {
        return error(
                "bad-url",
                quote(scheme) + " is no protocol that a URL here can have",
                "Write http:// or https://; for anything else write host:port.");
    }

    static Problem urlHostWithoutDot(String host, Protocol protocol) {
        return error(
                "bad-url",
                host.isEmpty() ? "the URL has no host" : "the host " + quote(host) + " has no dot",
                host.isEmpty()
                        ? "Write https://example.com."
                        : "For a Service write svc/" + shorten(host) + ":80/"
                                + protocol.name().toLowerCase(Locale.ROOT) + ", or its full name, " + shorten(host)
                                + ".NAMESPACE.svc.cluster.local.");
    }

    // The grid

    static Problem gridIsNoBlock() {
        return error(
                "grid-is-no-block",
                "the grid is no block of lines, so its rows cannot be told apart",
                "Write \"grid: |\", and the table on the lines below, indented.");
    }

    static Problem emptyGrid() {
        return error(
                "empty-grid",
                "the grid has no rows",
                "First a line of destinations, then a line for each source: its name, and a cell for each destination.");
    }

    static Problem rowTooShort(int cells, int columns) {
        return error(
                "grid-row-width",
                "the row ends here, with " + counted(cells, "cell") + " for " + counted(columns, "destination"),
                "Add what is missing; \"-\" stands for \"not asked\".");
    }

    static Problem rowTooLong(int cells, int columns) {
        return error(
                "grid-row-width",
                "the row has " + counted(cells, "cell") + " for " + counted(columns, "destination"),
                "Delete what is too much, or add a destination to the first line.");
    }

    static Problem unknownCell(String word) {
        return error(
                "unknown-cell",
                quote(word) + " is no expectation",
                didYouMean(Expectations.meant(word)) + "A cell is one of: " + String.join(", ", Expectations.WORDS)
                        + ", or \"-\" for \"not asked\".");
    }

    static Problem duplicateRow(String source) {
        return error(
                "duplicate-row",
                "the grid has a row for " + quote(source) + " already",
                "Bring the two rows together.");
    }

    static Problem duplicateColumn(String destination) {
        return error(
                "duplicate-column",
                "the grid has a column for " + quote(destination) + " already",
                "Bring the two columns together.");
    }

    // Pairs and exceptions

    static Problem contradiction(Check check, Check other) {
        return error(
                "contradiction",
                pair(check) + " is " + check.expectation().participle() + " here, but "
                        + other.expectation().participle() + " in line "
                        + other.location().line(),
                "Delete one of the two. A temporary hole in a rule is an entry under \"exceptions:\".");
    }

    static Problem repeatedCheck(Check check) {
        return warning("repeated-check", pair(check) + " is asked twice", "Delete one of the two; it is checked once.");
    }

    /** @param what "source" or "destination" */
    static Problem unused(String what, String name) {
        return warning(
                "unused-" + what,
                "no check uses the " + what + " " + quote(name),
                "Name it in a check or in the grid, or delete it: as it stands nothing is tried for it.");
    }

    static Problem exceptionTwice(Check check) {
        return error("exception-twice", pair(check) + " has an exception already", "Delete one of the two.");
    }

    static Problem exceptionNotNeeded(Check check) {
        return warning(
                "exception-not-needed",
                pair(check) + " is " + check.expectation().participle() + " without this exception as well",
                "Delete the exception, or mend the check that it was written for.");
    }

    private static String pair(Check check) {
        return shorten(check.source().name() + " → " + check.target());
    }

    static Problem exceptionExpired(LocalDate expires, LocalDate today) {
        return warning(
                "exception-expired",
                "the exception ended " + counted((int) ChronoUnit.DAYS.between(expires, today), "day")
                        + " ago, and its line fails until it is gone",
                "Close the hole and delete the exception; or agree on a new date with its owner.");
    }

    static Problem exceptionExpiresSoon(LocalDate expires, LocalDate today) {
        long days = ChronoUnit.DAYS.between(today, expires);
        return warning(
                "exception-expires-soon",
                "the exception ends " + (days == 0 ? "today" : "in " + counted((int) days, "day")),
                "Close the hole and delete the exception before its line fails; or agree on a new date with its owner.");
    }

    static String quote(String text) {
        return '"' + shorten(text) + '"';
    }

    private static String shorten(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() <= LONGEST_QUOTE
                ? line
                : line.substring(0, line.offsetByCodePoints(0, line.codePointCount(0, LONGEST_QUOTE))) + "…";
    }

    /** A name that Kubernetes could have, for an example. */
    private static String workloadName(String name) {
        return KubernetesNames.LABEL.accepts(name) ? name : "NAME";
    }

    private static String startOfMatrix() {
        return "A matrix begins with \"apiVersion: netproof.dev/v1\" and \"kind: ConnectivityMatrix\"; "
                + "\"netproof init\" writes one to start from.";
    }

    private static String invisible(String name) {
        return name.codePoints()
                .filter(character -> Character.getType(character) == Character.FORMAT
                        || (Character.isSpaceChar(character) && character != ' '))
                .mapToObj(character -> String.format(
                        Locale.ROOT, "It has the invisible character U+%04X in it: delete that. ", character))
                .findFirst()
                .orElse("");
    }

    private static String didYouMean(Optional<String> word) {
        return word.map(meant -> "Did you mean " + quote(meant) + "? ").orElse("");
    }

    private static String listed(Collection<String> names) {
        int most = 8;
        String first = names.stream().limit(most).collect(Collectors.joining(", "));
        return first + (names.size() > most ? ", and " + (names.size() - most) + " more." : ".");
    }

    /** With a comma between thousands. */
    private static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static String capital(String sentence) {
        return sentence.substring(0, 1).toUpperCase(Locale.ROOT) + sentence.substring(1);
    }

    private static String lower(String sentence) {
        return sentence.substring(0, 1).toLowerCase(Locale.ROOT) + sentence.substring(1);
    }

    private static Problem error(String code, String problem, String fix) {
        return new Problem(Severity.ERROR, code, problem, fix);
    }

    private static Problem warning(String code, String problem, String fix) {
        return new Problem(Severity.WARNING, code, problem, fix);
    }
}
