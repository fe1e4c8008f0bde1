package dev.netproof.engine;

import dev.netproof.matrix.MatrixReader;
import dev.netproof.model.Check;
import dev.netproof.text.Visible;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.platform.commons.io.Resource;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.ClasspathResourceSelector;
import org.junit.platform.engine.discovery.DirectorySelector;
import org.junit.platform.engine.discovery.FilePosition;
import org.junit.platform.engine.discovery.FileSelector;
import org.junit.platform.engine.discovery.UniqueIdSelector;

/** What a build tool or an IDE asks for: files, folders, resources, lines of them, and unique ids of an earlier discovery. */
final class Selection {
    /** What separates a matrix's file from its name in a unique id. */
    static final char NAME = '#';

    private final Set<Path> paths = new LinkedHashSet<>();
    private final Map<String, byte[]> texts = new LinkedHashMap<>();
    private final Set<String> wholeFiles = new HashSet<>();
    private final List<Path> folders = new ArrayList<>();
    private final Map<String, Set<Integer>> lines = new LinkedHashMap<>();
    private final List<UniqueId> ids = new ArrayList<>();

    static Selection of(EngineDiscoveryRequest request, UniqueId engine) {
        Selection selection = new Selection();
        request.getSelectorsByType(FileSelector.class).forEach(s -> selection.file(s.getPath(), s.getPosition()));
        request.getSelectorsByType(DirectorySelector.class).forEach(s -> selection.folder(s.getPath()));
        request.getSelectorsByType(ClasspathResourceSelector.class).forEach(selection::resource);
        request.getSelectorsByType(UniqueIdSelector.class).forEach(s -> selection.id(s.getUniqueId(), engine));
        return selection;
    }

    private static boolean isYaml(String name) {
        return name.endsWith(".yaml") || name.endsWith(".yml");
    }

    private void file(Path path, Optional<FilePosition> position) {
        if (isYaml(path.toString())) {
            paths.add(path);
            lines(path.toString(), position);
        }
    }

    private void lines(String file, Optional<FilePosition> position) {
        position.ifPresentOrElse(
                p -> lines.computeIfAbsent(file, f -> new HashSet<>()).add(p.getLine()), () -> wholeFiles.add(file));
    }

    private void folder(Path path) {
        paths.add(path);
        folders.add(path);
    }

    /** A resource is usually a file, and tests then lead to that file; a resource in a jar has only its name. */
    private void resource(ClasspathResourceSelector selector) {
        if (!isYaml(selector.getClasspathResourceName())) {
            return;
        }
        Collection<Resource> found = selector.getResources();
        for (Resource resource : found) {
            try {
                URL url = resource.getUri().toURL();
                if (url.getProtocol().equals("file")) {
                    file(Path.of(url.toURI()), selector.getPosition());
                } else {
                    try (InputStream in = url.openStream()) {
                        texts.put(resource.getName(), in.readNBytes(MatrixReader.MOST_BYTES + 1));
                    }
                    lines(resource.getName(), selector.getPosition());
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read the resource " + Visible.of(resource.getName()), e);
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException(
                        "the resource " + Visible.of(resource.getName()) + " has no usable place", e);
            }
        }
    }

    private void id(UniqueId id, UniqueId engine) {
        if (!id.hasPrefix(engine)
                || id.getSegments().size() <= engine.getSegments().size()) {
            return;
        }
        String matrix = id.getSegments().get(engine.getSegments().size()).getValue();
        int name = matrix.lastIndexOf(NAME);
        if (name > 0) {
            paths.add(Path.of(matrix.substring(0, name)));
            ids.add(id);
        }
    }

    List<Path> paths() {
        return List.copyOf(paths);
    }

    Map<String, byte[]> texts() {
        return texts;
    }

    boolean includes(Check check, UniqueId id) {
        String file = check.location().file();
        return wholeFiles.contains(file)
                || lines.getOrDefault(file, Set.of()).contains(check.location().line())
                || folders.stream().anyMatch(folder -> Path.of(file).startsWith(folder))
                || ids.stream().anyMatch(id::hasPrefix);
    }
}
