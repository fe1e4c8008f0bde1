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

/** The wording of all diagnostics in one place: what is wrong, and how to fix it. */
final class Problems {
    private static final int LONGEST_QUOTE = 60;

    private static final List<String> PREFIXES = List.of("deploy", "sts", "ds", "job", "cronjob", "pod", "svc", "ip");

    /** The messages of the YAML parser, in words that say what to do. */
    private static final Map<String, String[]> SYNTAX = Map.of(
            "mapping values are not allowed here",
            new String[] {
                "a key is not allowed here", "Put text that contains \": \" in quotes, or indent the line less."
            },
            "could not find expected ':'",
            new String[] {
                "the key on this line has no \": \" after it",
                "Write \"key: value\", with a space after the colon; a list entry begins with \"- \"."
            },
            "expected <block end>, but found '<block mapping start>'",
            new String[] {
                "the indentation of this line does not match the lines it belongs to",
                "Give the keys of one mapping the same indentation."
            },
            "expected <block end>, but found '-'",
            new String[] {
                "the indentation of this list entry does not match the entries before it",
                "Give all \"- \" of one list the same indentation."
            },
            "expected the node content, but found '-'",
            new String[] {"a list entry is not allowed here", "Begin the list on the line below its key."});

    private Problems() {}

    // Files

    static Problem noSuchFile() {
        return error("no-such-file", "there is no such file", "Check the path. It can be a file or a folder.");
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
                "Check that it is the right file. If it is, split it: commands take several files and folders.");
    }

    static Problem tooManyChecks(long asked, int most) {
        return error(
                "too-many-checks",
                "this check exceeds the limit of " + number(most) + " checks; the matrices have " + number(asked),
                "Each source of a list is paired with each destination. If that is intended, allow it: --max-checks "
                        + asked);
    }

    static Problem tooManyProbes(int asked, int most) {
        return error(
                "too-many-probes",
                "this source exceeds the limit of " + number(most) + " probe pods; the matrices have " + number(asked)
                        + " sources, and each needs at least one",
                "If that is intended, allow it: --max-probes " + asked);
    }

    static Problem namespaceNotAllowed(Source source, AllowedNamespaces allowed) {
        return error(
                "namespace-not-allowed",
                "its probe pod would run in " + allowed.why(source.namespace()),
                "This is decided on the command line: " + allowed.fix(source.namespace()));
    }

    static Problem destinationNotAllowed(Destination destination) {
        String pattern = AllowedDestinations.pattern(destination.target());
        return error(
                "destination-not-allowed",
                "no --allow-destination matches this destination",
                "This is decided on the command line: --allow-destination " + pattern + " allows it.");
    }

    static Problem notUtf8() {
        return error(
                "not-utf8",
                "the file is not UTF-8 from here on",
                "Save the file as UTF-8. (In Windows PowerShell, > writes UTF-16.)");
    }

    static Problem unprintable(int character) {
        return error(
                "control-character",
                String.format(Locale.ROOT, "there is an invisible character here: U+%04X", character),
                "Remove it. Text copied from a web page or a word processor often contains such characters.");
    }

    static Problem linkLeavesFolder(String target) {
        return error(
                "link-leaves-folder",
                "this is a symbolic link to " + target + ", outside of its folder",
                "Name the file itself, or copy it here. netproof does not follow links out of a folder: otherwise anybody who can"
                        + " change the folder could make it read any file.");
    }

    static Problem notAFile() {
        return error(
                "not-a-file",
                "this is not a regular file",
                "Write the matrix to a file: netproof does not read devices, pipes and sockets.");
    }

    static Problem emptyFile() {
        return error("empty-file", "the file is empty or has only comments", startOfMatrix());
    }

    static Problem more(int count, Severity severity) {
        return new Problem(
                severity,
                "more-problems",
                "and " + count + " more in this file, from this line on",
                "Fix the errors above first: one mistake can cause many.");
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
                    "the list in [ ] has no closing bracket, or a comma is missing",
                    "Write a comma between entries and ] at the end.");
        }
        if (context.contains("flow mapping")) {
            return error(
                    "yaml-syntax",
                    "the mapping in { } has no closing brace, or a comma is missing",
                    "Write a comma between keys and } at the end.");
        }
        if (said.contains("escape character") || said.contains("expected escape")) {
            return error(
                    "yaml-syntax",
                    "YAML has no such escape sequence",
                    "Write \\\\ for a backslash in double quotes, or use single quotes.");
        }
        if (context.contains("quoted scalar")) {
            return error("yaml-syntax", "the quoted text is not closed", "Add the closing quote.");
        }
        if (said.contains("cannot start any token")) {
            return error("yaml-syntax", "a value cannot begin with this character", "Put the value in quotes.");
        }
        return error(
                "yaml-syntax",
                "this is not YAML: " + shorten(said),
                "Check this line and the one before it: indentation, quotes, brackets, a space after each colon.");
    }

    static Problem tab() {
        return error(
                "tab", "this line is indented with a tab; YAML allows only spaces", "Replace the tab with spaces.");
    }

    static Problem tooDeep(int most) {
        return error(
                "too-deep",
                "nested more than " + most + " levels deep",
                "A matrix needs six levels. Look for brackets that are not closed.");
    }

    static Problem anchor(String name) {
        return error(
                "anchor",
                "anchors (&" + shorten(name) + ") are not supported",
                "Write the value where it is needed. To share it, define a name under \"sources:\" or \"destinations:\", use lists in "
                        + "\"from\" and \"to\", or \"defaults:\".");
    }

    static Problem alias(String name) {
        return error(
                "alias",
                "aliases (*" + shorten(name) + ") are not supported",
                "Write the value here, so that the line says by itself what it checks. If the text begins with *, put it in "
                        + "quotes.");
    }

    static Problem mergeKey() {
        return error("merge-key", "merge keys (<<) are not supported; YAML 1.2 has none", "Write the keys here.");
    }

    static Problem tag(String tag) {
        return error(
                "yaml-tag",
                "YAML tags (" + shorten(tag) + ") are not supported",
                "Remove the tag. If the value must be text, put it in quotes.");
    }

    static Problem duplicateKey(String key) {
        return error(
                "duplicate-key", "the key " + quote(key) + " appears twice", "Remove one of the two, or merge them.");
    }

    static Problem keyIsNoText() {
        return error(
                "key-is-no-text",
                "this must be a key, but it is a list or a mapping",
                "Write a plain word before the colon. If this is text with brackets or braces, put it in quotes.");
    }

    static Problem variable() {
        return error(
                "variable",
                "variables are not expanded: a file must mean the same on every machine",
                "Write the value itself. For what differs between clusters, use --context and -n, or generate the file before "
                        + "netproof reads it.");
    }

    // The document

    static Problem notAMatrix() {
        return error("not-a-matrix", "this is not a connectivity matrix", startOfMatrix());
    }

    /**
     * A document that must not be quoted: a link may lead to any file.
     *
     * @param detail what it is instead, where that can be said without quoting it; empty or with a comma in front
     */
    static Problem unrecognised(String detail) {
        return error(
                "not-a-matrix",
                "this is not a connectivity matrix" + detail,
                startOfMatrix() + " The file is not quoted here, because it may contain secrets.");
    }

    static Problem anotherKind(String apiVersion, String kind) {
        return error(
                "not-a-matrix",
                "this is " + quote(apiVersion + " " + kind) + ", not a connectivity matrix",
                startOfMatrix()
                        + " In folders, files of other kinds are skipped; a file named on the command line must be a matrix.");
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
                "this netproof does not support version " + quote(written),
                "Write \"apiVersion: " + right + "\".");
    }

    static Problem wrongKind(String written, String right) {
        return error("wrong-kind", "there is no kind " + quote(written), "Write \"kind: " + right + "\".");
    }

    static Problem nothingToCheck() {
        return error(
                "nothing-to-check",
                "this matrix checks nothing",
                "Add \"checks:\", or a \"grid:\" with at least one cell that is not \"-\". A matrix without checks never passes.");
    }

    static Problem matrixNameTwice(String name) {
        return error(
                "matrix-name-twice",
                "there are two matrices called " + quote(name),
                "Give this one another name (\"metadata: {name: …}\"), so that reports can tell their checks apart.");
    }

    static Problem badMatrixName(String name) {
        return error(
                "illegal-name",
                quote(name) + " cannot be the name of a matrix",
                "Use letters a-z and A-Z, digits, \".\", \"-\" and \"_\", at most 63, with a letter or digit first.");
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
        return error("no-value", quote(key) + " has no value", "Write one after the colon, or remove the line.");
    }

    static Problem nothing(String what, String written) {
        return error(
                "no-value",
                what + (written.isEmpty() ? " is empty" : ": YAML reads " + written + " as null"),
                written.isEmpty()
                        ? "Write a value, or remove the line."
                        : "If it is a name, put it in quotes: \"" + written + "\".");
    }

    static Problem wrongType(String what, String wanted, String found) {
        String fix = switch (wanted) {
            case "keys and values" -> "Write keys and values, one on each line, or in braces: {key: value}.";
            case "a list" -> "Write a list: entries that begin with \"- \", or values in brackets: [a, b].";
            default -> "Write " + wanted + " here.";
        };
        return error("wrong-type", what + " must be " + wanted + ", but this is " + found, fix);
    }

    static Problem quoteIt(String what, String written, String found) {
        return error(
                "quote-it",
                what + " must be text, but YAML reads " + shorten(written) + " as " + found,
                "Put it in quotes: \"" + shorten(written) + "\".");
    }

    static Problem textTooLong(String what, int length, int most) {
        return error(
                "text-too-long",
                what + " has " + number(length) + " characters; at most " + number(most) + " are allowed",
                "Make it shorter: every report repeats it for each check.");
    }

    static Problem tooManyEntries(String what, int entries, int most) {
        return error(
                "too-many-entries",
                what + " has " + number(entries) + " entries; at most " + number(most) + " are allowed",
                "Keep those that are needed: every report repeats them for each check.");
    }

    static Problem emptyText(String what) {
        return error("empty-text", what + " is empty", "Write text between the quotes, or remove the key.");
    }

    static Problem emptyList(String key) {
        return error(
                "empty-list", "the list " + quote(key) + " is empty", "Write at least one entry, or remove the key.");
    }

    static Problem unknownExpectation(String word) {
        return error(
                "unknown-expectation",
                quote(word) + " is not an expectation",
                didYouMean(Expectations.meant(word)) + "Write one of: " + String.join(", ", Expectations.WORDS)
                        + ". \"deny\" accepts silence and refusal; \"drop\" accepts only silence, \"reject\" only refusal.");
    }

    static Problem notTrueOrFalse(String key, String word) {
        Optional<String> meant = switch (word.toLowerCase(Locale.ROOT)) {
            case "yes", "y", "on", "1", "true" -> Optional.of("true");
            case "no", "n", "off", "0", "false" -> Optional.of("false");
            default -> Optional.empty();
        };
        return error(
                "not-true-or-false",
                quote(key) + " must be true or false, not " + quote(word),
                didYouMean(meant) + "In YAML 1.2, yes, no, on and off are plain text.");
    }

    static Problem unknownPlacement(String word, List<String> words) {
        Optional<String> meant =
                List.of("all", "every").contains(word) ? Optional.of("each") : Similar.among(words, word);
        return error(
                "unknown-placement",
                quote(word) + " is not a choice of nodes",
                didYouMean(meant)
                        + "Write one of: any (the scheduler chooses), each (a probe on every node), same (a node with a pod of the "
                        + "destination), other (a node without one).");
    }

    static Problem unknownProtocol(String word, List<String> words) {
        return error(
                "unknown-protocol",
                quote(word) + " is not a protocol of checks",
                didYouMean(Similar.among(words, word)) + "Write one of: " + String.join(", ", words) + ".");
    }

    static Problem unknownFamily(String word, List<String> words) {
        Optional<String> meant = switch (word.toLowerCase(Locale.ROOT)) {
            case "4", "v4", "inet", "ip4" -> Optional.of("IPv4");
            case "6", "v6", "inet6", "ip6" -> Optional.of("IPv6");
            default -> Similar.among(words, word);
        };
        return error(
                "unknown-family",
                quote(word) + " is not an address family",
                didYouMean(meant) + "Write one of: " + String.join(", ", words)
                        + ". Without \"family\", every address of the destination is checked.");
    }

    static Problem familyOfAnotherAddress(Family family, String ip) {
        return error(
                "family-of-another-address",
                quote(ip) + " is not an " + family.word() + " address",
                "Remove \"family\": an address has only one.");
    }

    static Problem badStatus(String written) {
        return error(
                "bad-status",
                quote(written) + " is not an HTTP status",
                "Write a number from 100 to 599, without quotes: 200");
    }

    static Problem badPath(String path) {
        return error(
                "bad-path",
                quote(path) + " is not the path of an HTTP request",
                "Begin with a slash and write special characters as %XX: /orders/1");
    }

    static Problem badTag(String tag) {
        return error(
                "illegal-name",
                quote(tag) + " cannot be a tag",
                "Use letters a-z and A-Z, digits, \"-\" and \"_\", at most 63, with a letter or digit first.");
    }

    static Problem badDate(String written) {
        return error(
                "bad-date",
                quote(written) + " is not a date",
                "Write year, month and day, as in 2027-01-31. It is the last day of the exception.");
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
                "Put it in quotes: \"" + shorten(written)
                        + "\". Kubernetes accepts only text as the value of a label.");
    }

    static Problem labelWithoutValue(String key) {
        return error(
                "no-value",
                "the label " + quote(key) + " has no value",
                "Write one. If it is empty on the pods too, write \"\".");
    }

    // Sources and destinations

    static Problem illegalName(String what, String name) {
        return error(
                "illegal-name",
                quote(name) + " cannot be the name of a " + what,
                "Use letters a-z and A-Z, digits, \"-\" and \"_\", at most 63, with a letter or digit first. Dots, slashes and "
                        + "colons are for references such as deploy/x, example.com:443 or svc/x:80.");
    }

    static Problem noIdentity(String name) {
        return error(
                "no-identity",
                "the source " + quote(name) + " has neither labels nor a workload",
                "Add \"labels: {app: " + name + "}\", or \"workload: deploy/" + name
                        + "\". For a pod without labels, write " + "\"labels: {}\".");
    }

    static Problem workloadBringsItsOwn(String key) {
        return error(
                "workload-and-" + key.toLowerCase(Locale.ROOT),
                quote(key) + " is not allowed with \"workload\": it comes from the live workload",
                "Remove one of the two.");
    }

    static Problem noSourceWorkload(String written) {
        return error(
                "bad-workload",
                quote(written) + " is not a workload",
                "Write deploy/NAME, sts/NAME, ds/NAME, job/NAME or cronjob/NAME, and the namespace under the key"
                        + " \"namespace\".");
    }

    static Problem jobAsDestination(String reference) {
        return error(
                "job-as-destination",
                "a Job cannot be a destination, because its pods come and go: " + shorten(reference),
                "Name the Service in front of them, or define a destination by the labels of its pods, under"
                        + " \"destinations:\".");
    }

    static Problem noWorkload(String written) {
        return error(
                "bad-workload",
                quote(written) + " is not a workload",
                "Write deploy/NAME, sts/NAME or ds/NAME, and the namespace under the key \"namespace\".");
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
                "Remove one of the two, or define two destinations.");
    }

    static Problem podsWithoutLabels() {
        return error(
                "pods-without-labels",
                "without labels this would be every pod of the namespace",
                "Write at least one label of the pods, as in {app: orders}.");
    }

    static Problem urlSaysIt(String key) {
        return error(
                "url-says-it",
                quote(key) + " is not allowed with \"url\"",
                key.equals("namespace") || key.equals("query") || key.equals("send")
                        ? "Remove it: it has no meaning for a URL."
                        : "Write it in the URL: https://host:port/path");
    }

    static Problem namespaceWithoutMeaning(String kind) {
        return error(
                "namespace-without-meaning",
                "a destination with " + quote(kind) + " has no namespace",
                "Remove the key. For a Service, write \"service: NAME\" instead of \"" + kind + "\".");
    }

    static Problem urlAsHost(String written) {
        return error(
                "bad-host", quote(written) + " is a URL, not a host name", "Write \"url: " + shorten(written) + "\".");
    }

    static Problem onlyWithProtocol(String key, String protocols, Protocol protocol) {
        return error(
                "only-with-protocol",
                quote(key) + " has no meaning with protocol " + protocol,
                "Add \"protocol: " + protocols.replaceFirst(" or .*", "") + "\", or remove " + quote(key)
                        + ": it is for " + protocols + " only.");
    }

    static Problem queryMissing(String name) {
        return error(
                "missing-key",
                "the destination " + quote(name) + " has the protocol DNS but no name to ask for",
                "Add, for example: query: kubernetes.default.svc.cluster.local");
    }

    static Problem badDatagram() {
        return error(
                "bad-datagram",
                "this is not a datagram that netproof can send",
                "Write up to 500 printable ASCII characters, with {nonce} for a number that is new in each attempt, \\xNN for a"
                        + " byte and \\\\ for a backslash, in single quotes.");
    }

    static Problem portMissing(String name, String kind) {
        return error(
                "port-missing",
                "the destination " + quote(name) + " needs a port",
                kind.equals("host") || kind.equals("ip")
                        ? "Add \"port: 443\"."
                        : "Add the container port, by number or name: \"port: 8080\". Only a Service can do without.");
    }

    // Ports

    static Problem portOutOfRange(String written) {
        return error("port-out-of-range", "there is no port " + shorten(written), "Write a number from 1 to 65535.");
    }

    static Problem leadingZero(String written) {
        String decimal = written.replaceFirst("^0+(?=.)", "");
        return error(
                "leading-zero",
                shorten(written) + " is ambiguous: some YAML parsers read it as octal, others as decimal",
                "Write it without the leading zero: " + shorten(decimal));
    }

    static Problem badPort(String written, KubernetesNames names) {
        return error(
                "bad-port",
                written.isEmpty()
                        ? "the port is missing"
                        : quote(written) + " is neither a port number nor the name of a port",
                "Write a number from 1 to 65535, or a name: " + lower(names.rule()));
    }

    static Problem portIsNoNumber(String written) {
        return error(
                "bad-port",
                written.isEmpty() ? "the port is missing" : quote(written) + " is not a port number",
                "Write a number from 1 to 65535: only Services and pods have named ports.");
    }

    static Problem quotedPort(String written) {
        return error(
                "bad-port",
                "in quotes, " + shorten(written) + " is the name of a port, and a name needs a letter",
                "Write the number without quotes: " + shorten(written));
    }

    // References

    static Problem unknownSource(String name, Collection<String> names) {
        if (name.indexOf('.') >= 0 || name.indexOf(':') >= 0) {
            return error(
                    "unknown-source",
                    "there is no source " + quote(name) + ", and a host or an address cannot be one",
                    "A source is a workload (deploy/x, sts/x, ds/x, job/x, cronjob/x), a pod (pod/x), or a name under"
                            + " \"sources:\".");
        }
        return error(
                "unknown-source",
                "there is no source " + quote(name),
                Similar.among(names, name)
                        .map(meant ->
                                didYouMean(Optional.of(meant)) + "The matrix defines these sources: " + listed(names))
                        .orElse("For a workload, write deploy/" + workloadName(name)
                                + " (or sts/, ds/). Define other names under \"sources:\"."));
    }

    static Problem unknownDestination(String name, Collection<String> names) {
        return error(
                "unknown-destination",
                "there is no destination " + quote(name),
                Similar.among(names, name)
                        .map(meant -> didYouMean(Optional.of(meant)) + "The matrix defines these destinations: "
                                + listed(names))
                        .orElse("For a Service, write svc/" + workloadName(name) + "; for a workload, deploy/"
                                + workloadName(name)
                                + ":PORT; for a host, its full name. Define other names under \"destinations:\"."));
    }

    static Problem sourceAsDestination(String name) {
        return error(
                "unknown-destination",
                quote(name) + " is a source, not a destination",
                "Define a destination under \"destinations:\", or write svc/NAME or deploy/NAME:PORT.");
    }

    static Problem destinationAsSource(String name) {
        return error(
                "unknown-source",
                quote(name) + " is a destination, not a source",
                "Define a source under \"sources:\", or write deploy/NAME.");
    }

    static Problem namedDestinationWithPort(String name) {
        return error(
                "named-destination-with-port",
                "the destination " + quote(name) + " has a port already",
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
                "a Service cannot be a source: " + shorten(reference),
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
                "Write deploy/NAME, sts/NAME, ds/NAME, job/NAME, cronjob/NAME, pod/NAME or svc/NAME; for another namespace,"
                        + " NAMESPACE/deploy/NAME and so on.";
        if (parts.length == 3 && References.Kind.of(parts[0]).isPresent()) {
            return error(
                    "unknown-kind",
                    quote(reference) + " has one part too many",
                    "The namespace comes first: NAMESPACE/" + parts[0] + "/" + shorten(parts[1])
                            + ". A protocol follows the port: svc/kube-dns:53/udp.");
        }
        if (parts.length > 3) {
            return error("unknown-kind", quote(reference) + " has too many slashes", fix);
        }
        if (List.of("rs", "replicaset", "node", "no").contains(kind)) {
            return error(
                    "unknown-kind",
                    "a reference cannot name a " + quote(kind),
                    "Define a source or a destination by the labels of its pods, under \"sources:\" or \"destinations:\".");
        }
        String namespace = parts.length == 2 && close.isEmpty() && KubernetesNames.LABEL.accepts(kind)
                ? "If " + quote(kind) + " is a namespace, write " + shorten(kind + "/deploy/" + parts[1]) + ". "
                : "";
        return error(
                "unknown-kind", "there is no kind of reference " + quote(kind), didYouMean(close) + namespace + fix);
    }

    static Problem unknownSuffix(String suffix) {
        return error(
                "unknown-protocol",
                quote(suffix) + " is not a protocol that can follow a port",
                didYouMean(Similar.among(List.of("tcp", "udp", "sctp", "http", "https"), suffix))
                        + "Write one of: tcp, udp, sctp, http, https.");
    }

    static Problem workloadWithoutPort(String reference, String name) {
        return error(
                "port-missing",
                "the port is missing: a pod can listen on several",
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
        return error("bad-ip", "an address needs ip/ in front", "Write ip/" + shorten(reference) + ".");
    }

    static Problem ipv6WithoutBrackets(String written) {
        return error(
                "bad-ip",
                "the address and the port cannot be told apart: " + shorten(written),
                "Put an IPv6 address in brackets: ip/[fd00::1]:443.");
    }

    static Problem badIp(String written) {
        return error(
                "bad-ip",
                quote(written) + " is not an IP address",
                "Write ip/10.1.2.3:443 or ip/[fd00::1]:443. The numbers of an IPv4 address are 0 to 255, without leading zeros.");
    }

    static Problem ipRange(String written) {
        return error("bad-ip", quote(written) + " is a range", "Write one address of it.");
    }

    static Problem badHost(String host) {
        if (host.startsWith("*.")) {
            return error(
                    "bad-host",
                    quote(host) + " is a pattern, not a host name",
                    "Write one host that the pattern matches: www" + shorten(host.substring(1)) + ".");
        }
        return error(
                "bad-host",
                quote(host) + " is not a host name",
                didYouMean(Addresses.ascii(host))
                        + "Use letters a-z, digits and \"-\", in at least two parts with a dot between them.");
    }

    static Problem badUrl(String url, String why) {
        return error(
                "bad-url",
                "the URL " + quote(url) + " is not valid: " + why,
                "Write it as in https://host or https://host:8443/path?query");
    }

    static Problem urlWithUser() {
        return error(
                "bad-url",
                "the URL contains a user",
                "Remove everything up to the @: netproof tests the network, not the login, and secrets do not belong in a matrix.");
    }

    static Problem urlScheme(String scheme) {
        return error(
                "bad-url",
                quote(scheme) + " is not supported in a URL",
                "Write http:// or https://. For anything else, write host:port.");
    }

    static Problem urlHostWithoutDot(String host, Protocol protocol) {
        return error(
                "bad-url",
                host.isEmpty() ? "the URL has no host" : "the host " + quote(host) + " has no dot",
                host.isEmpty()
                        ? "Write https://example.com."
                        : "For a Service, write svc/" + shorten(host) + ":80/"
                                + protocol.name().toLowerCase(Locale.ROOT) + ".");
    }

    // The grid

    static Problem gridIsNoBlock() {
        return error(
                "grid-is-no-block",
                "the grid is not a block of lines",
                "Write \"grid: |\" and the table on the lines below it, indented.");
    }

    static Problem emptyGrid() {
        return error(
                "empty-grid",
                "the grid has no rows",
                "Write a line of destinations, then a line for each source: its name and a cell for each destination.");
    }

    static Problem rowTooShort(int cells, int columns) {
        return error(
                "grid-row-width",
                "the row ends here, with " + counted(cells, "cell") + " for " + counted(columns, "destination"),
                "Add the missing cells; \"-\" means no check.");
    }

    static Problem rowTooLong(int cells, int columns) {
        return error(
                "grid-row-width",
                "the row has " + counted(cells, "cell") + " for " + counted(columns, "destination"),
                "Remove the extra cells, or add a destination to the first line.");
    }

    static Problem unknownCell(String word) {
        return error(
                "unknown-cell",
                quote(word) + " is not an expectation",
                didYouMean(Expectations.meant(word)) + "Write one of: " + String.join(", ", Expectations.WORDS)
                        + ", or \"-\" for no check.");
    }

    static Problem duplicateRow(String source) {
        return error("duplicate-row", "the grid already has a row for " + quote(source), "Merge the two rows.");
    }

    static Problem duplicateColumn(String destination) {
        return error(
                "duplicate-column",
                "the grid already has a column for " + quote(destination),
                "Merge the two columns.");
    }

    // Pairs and exceptions

    static Problem contradiction(Check check, Check other) {
        return error(
                "contradiction",
                pair(check) + " is " + check.expectation().participle() + " here, but "
                        + other.expectation().participle() + " on line "
                        + other.location().line(),
                "Remove one of the two. If this is a temporary exception to a rule, write it under \"exceptions:\".");
    }

    static Problem repeatedCheck(Check check) {
        return warning("repeated-check", pair(check) + " appears twice", "Remove one of the two; it is checked once.");
    }

    /** @param what "source" or "destination" */
    static Problem unused(String what, String name) {
        return warning(
                "unused-" + what,
                "no check uses the " + what + " " + quote(name),
                "Use it in a check or in the grid, or remove it: nothing is tried for it.");
    }

    static Problem exceptionTwice(Check check) {
        return error("exception-twice", pair(check) + " already has an exception", "Remove one of the two.");
    }

    static Problem exceptionNotNeeded(Check check) {
        return warning(
                "exception-not-needed",
                pair(check) + " is " + check.expectation().participle() + " without this exception too",
                "Remove the exception, or correct the check that it was written for.");
    }

    private static String pair(Check check) {
        return shorten(check.source().name() + " → " + check.target());
    }

    static Problem exceptionExpired(LocalDate expires, LocalDate today) {
        return warning(
                "exception-expired",
                "the exception ended " + counted((int) ChronoUnit.DAYS.between(expires, today), "day")
                        + " ago; its line fails until it is removed",
                "Restore the rule and remove the exception, or agree on a new date with its owner.");
    }

    static Problem exceptionExpiresSoon(LocalDate expires, LocalDate today) {
        long days = ChronoUnit.DAYS.between(today, expires);
        return warning(
                "exception-expires-soon",
                "the exception ends " + (days == 0 ? "today" : "in " + counted((int) days, "day")),
                "Restore the rule and remove the exception before its line fails, or agree on a new date with its owner.");
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
                + "\"netproof init\" writes a starter matrix.";
    }

    private static String invisible(String name) {
        return name.codePoints()
                .filter(character -> Character.getType(character) == Character.FORMAT
                        || (Character.isSpaceChar(character) && character != ' '))
                .mapToObj(character -> String.format(
                        Locale.ROOT, "It contains the invisible character U+%04X: remove that. ", character))
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
