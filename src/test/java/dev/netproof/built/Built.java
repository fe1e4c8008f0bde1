package dev.netproof.built;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** What a build leaves in {@code target}, and what it is made of by its own SBOM. */
final class Built {
    static final Path LIBRARY = Path.of("target/netproof.jar");
    static final Path COMMAND_LINE = Path.of("target/netproof-cli.jar");
    static final Path DISTRIBUTION = Path.of("target/netproof-dist.zip");
    private static final Path SBOM = Path.of("target/netproof-sbom.json");

    private Built() {}

    /** @param licence its SPDX identifier */
    record Library(String group, String name, String version, String licence) {
        String id() {
            return group + ":" + name;
        }

        /** Its jar, which is on the class path of the tests. */
        Path jar() {
            String file = name + "-" + version + ".jar";
            return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(Path::of)
                    .filter(path -> path.getFileName().toString().equals(file))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(file + " is not on the class path of the tests"));
        }
    }

    /** Every library in the jar of the command line, by group and name. */
    static Map<String, Library> libraries() throws IOException {
        Map<String, Library> libraries = new TreeMap<>();
        for (JsonNode component : sbom().path("components")) {
            Library library = new Library(
                    component.path("group").asText(),
                    component.path("name").asText(),
                    component.path("version").asText(),
                    licence(component.path("licenses")));
            libraries.put(library.id(), library);
        }
        return libraries;
    }

    private static String licence(JsonNode licences) {
        JsonNode first = licences.path(0);
        JsonNode id = first.path("license").path("id");
        return id.isMissingNode() ? first.path("expression").asText(first.toString()) : id.asText();
    }

    /** What comes with the published artifact: everything that its dependencies lead to, but for the optional ones. */
    static Set<String> broughtByTheLibrary() throws IOException {
        Map<String, List<String>> graph = new HashMap<>();
        for (JsonNode node : sbom().path("dependencies")) {
            List<String> needs = new java.util.ArrayList<>();
            node.path("dependsOn").forEach(one -> needs.add(coordinates(one.asText())));
            graph.put(coordinates(node.path("ref").asText()), needs);
        }
        Set<String> optional = optional();
        Deque<String> open = new ArrayDeque<>(graph.get("dev.netproof:netproof"));
        open.removeAll(optional);
        Set<String> brought = new TreeSet<>();
        while (!open.isEmpty()) {
            String next = open.pop();
            if (brought.add(next)) {
                open.addAll(graph.getOrDefault(next, List.of()));
            }
        }
        return brought;
    }

    private static Set<String> optional() {
        Matcher dependency = Pattern.compile(
                        "<dependency>\\s*<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>"
                                + "(?:(?!</dependency>).)*?<optional>true</optional>\\s*</dependency>",
                        Pattern.DOTALL)
                .matcher(dev.netproof.Tree.read("pom.xml"));
        Set<String> optional = new TreeSet<>();
        while (dependency.find()) {
            optional.add(dependency.group(1) + ":" + dependency.group(2));
        }
        return optional;
    }

    private static String coordinates(String packageUrl) {
        Matcher matcher = Pattern.compile("pkg:maven/([^/]+)/([^@]+)@.*").matcher(packageUrl);
        if (!matcher.matches()) {
            throw new AssertionError("no package URL of a Maven artifact: " + packageUrl);
        }
        return matcher.group(1) + ":" + matcher.group(2);
    }

    private static JsonNode sbom() throws IOException {
        return new ObjectMapper().readTree(SBOM.toFile());
    }

    static List<String> names(Path archive) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            return zip.stream().map(ZipEntry::getName).toList();
        }
    }

    static String text(Path archive, String name) throws IOException {
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            ZipEntry entry = zip.getEntry(name);
            if (entry == null) {
                throw new AssertionError(archive + " has no " + name);
            }
            return new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
