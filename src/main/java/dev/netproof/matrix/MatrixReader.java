package dev.netproof.matrix;

import dev.netproof.matrix.Diagnostic.Severity;
import dev.netproof.model.Location;
import dev.netproof.model.Matrix;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads matrices from files and folders.
 *
 * <p>Every mistake becomes a diagnostic, all of them in one go; no input makes this throw. Those who may change the folder are not trusted
 * with the rest of the machine: a link that leaves its folder is not followed, and of a file that is no matrix nothing is shown.
 */
public final class MatrixReader {
    /** A longer file is refused. */
    public static final int MOST_BYTES = SourceFile.MOST_BYTES;

    private static final int MOST_DIAGNOSTICS_PER_FILE = 50;

    private static final Comparator<Diagnostic> FILE_ORDER = Comparator.<Diagnostic>comparingInt(
                    diagnostic -> diagnostic.location().line())
            .thenComparingInt(diagnostic -> diagnostic.location().column());

    private final LocalDate today;
    private final String fallbackNamespace;
    private final MatrixLimits limits;

    private MatrixReader(LocalDate today, String fallbackNamespace, MatrixLimits limits) {
        this.today = today;
        this.fallbackNamespace = fallbackNamespace;
        this.limits = limits;
    }

    /**
     * @param today decides which exceptions have expired
     * @param fallbackNamespace where a matrix has no {@code defaults.namespace}
     */
    public static MatrixReader of(LocalDate today, String fallbackNamespace) {
        return of(today, fallbackNamespace, MatrixLimits.USUAL);
    }

    /**
     * @param today decides which exceptions have expired
     * @param fallbackNamespace where a matrix has no {@code defaults.namespace}
     * @param limits what all matrices of one reading may ask for together
     */
    public static MatrixReader of(LocalDate today, String fallbackNamespace, MatrixLimits limits) {
        return new MatrixReader(today, fallbackNamespace, limits);
    }

    /**
     * Files are read whatever they are called and must be matrices. Of a folder, every {@code .yaml} and {@code .yml} below it
     * is looked at, and what is no matrix is passed over: manifests may lie beside the matrix that tests them.
     */
    public MatrixReading read(List<Path> filesOrFolders) {
        return read(filesOrFolders, Map.of());
    }

    /** @param texts matrices that are in no file, by what diagnostics and locations call them */
    public MatrixReading read(List<Path> filesOrFolders, Map<String, byte[]> texts) {
        Collected collected = new Collected(new Demand(limits));
        Set<Path> seen = new LinkedHashSet<>();
        for (Path path : filesOrFolders) {
            Optional<Path> outside = Links.outside(path);
            if (outside.isPresent()) {
                collected.add(
                        path.toString(), Problems.linkLeavesFolder(outside.get().toString()));
            } else if (Files.isDirectory(path)) {
                folder(path, seen, collected);
            } else if (seen.add(path.toAbsolutePath().normalize())) {
                file(path, Named.BY_THE_USER, collected);
            }
        }
        texts.forEach((name, text) -> text(name, text, Named.BY_THE_USER, collected));
        return collected.reading();
    }

    /** @param fileName what diagnostics and locations call it */
    public MatrixReading readText(String fileName, byte[] text) {
        return read(List.of(), Map.of(fileName, text));
    }

    /** Whether a file was meant, or just happened to be in a folder that was. */
    private enum Named {
        BY_THE_USER,
        BY_ITS_FOLDER
    }

    private void folder(Path folder, Set<Path> seen, Collected collected) {
        List<Path> files = new ArrayList<>();
        try {
            Files.walkFileTree(folder, new YamlFiles(folder, files));
        } catch (IOException unreadable) {
            collected.add(folder.toString(), Problems.unreadable(reason(unreadable)));
            return;
        }
        files.sort(Comparator.naturalOrder());
        Path real = folder.toAbsolutePath();
        try {
            real = folder.toRealPath();
        } catch (IOException gone) {
            // Its files are gone as well, and each of them says so.
        }
        int before = collected.documents;
        boolean anyKnown = false;
        for (Path file : files) {
            Optional<Path> outside = Links.outside(file, real);
            if (outside.isPresent()) {
                collected.add(
                        file.toString(), Problems.linkLeavesFolder(outside.get().toString()));
            } else if (seen.add(file.toAbsolutePath().normalize())) {
                file(file, Named.BY_ITS_FOLDER, collected);
            } else {
                anyKnown = true;
            }
        }
        if (collected.documents == before && !anyKnown) {
            collected.add(folder.toString(), Problems.noMatrixInFolder(files.size()));
        }
    }

    private void file(Path path, Named named, Collected collected) {
        // To open a pipe that nobody writes into would be to wait for ever.
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            collected.add(path.toString(), Problems.notAFile());
            return;
        }
        try (InputStream in = Files.newInputStream(path)) {
            // One more than allowed is enough to know, however long the rest is.
            text(path.toString(), in.readNBytes(SourceFile.MOST_BYTES + 1), named, collected);
        } catch (NoSuchFileException missing) {
            collected.add(path.toString(), Problems.noSuchFile());
        } catch (IOException unreadable) {
            collected.add(path.toString(), Problems.unreadable(reason(unreadable)));
        }
    }

    private static String reason(IOException problem) {
        return problem instanceof AccessDeniedException ? "permission denied" : String.valueOf(problem.getMessage());
    }

    private void text(String name, byte[] bytes, Named named, Collected collected) {
        boolean meant = named == Named.BY_THE_USER;
        if (bytes.length > SourceFile.MOST_BYTES) {
            if (meant || mentionsNetproof(bytes)) {
                collected.add(name, Problems.tooLarge(SourceFile.MOST_BYTES));
            }
            return;
        }
        SourceFile file = SourceFile.of(name, bytes);
        Optional<Span> malformed = file.malformed();
        Optional<Span> unprintable = file.unprintable();
        if (malformed.isPresent() || unprintable.isPresent()) {
            if (meant || mentionsNetproof(bytes)) {
                Diagnostics findings = new Diagnostics(file);
                if (!MatrixLikeness.hasHead(file.text())) {
                    findings.addUnshown(Span.NOWHERE, Problems.unrecognised(", and not plain text in UTF-8"));
                } else {
                    malformed.ifPresentOrElse(
                            span -> findings.add(span, Problems.notUtf8()),
                            () -> unprintable.ifPresent(
                                    span -> findings.add(span, Problems.unprintable(file.characterAt(span)))));
                }
                collected.add(findings.diagnostics(), findings.beyond());
            }
            return;
        }
        List<Diagnostic> diagnostics = new ArrayList<>();
        int beyond = 0;
        List<YamlDocument> documents = YamlComposer.compose(file);
        documents.removeIf(document -> document.root() instanceof YamlNode.Scalar scalar
                && scalar.type() == YamlNode.Type.NOTHING
                && !document.findings().hasErrors());
        if (documents.isEmpty() && meant) {
            collected.add(name, Problems.emptyFile());
        }
        for (YamlDocument document : documents) {
            if (meant || MatrixLikeness.of(document, bytes)) {
                collected.documents++;
                if (!MatrixLikeness.mayBeShown(document, file.text())) {
                    Diagnostics findings = new Diagnostics(file);
                    findings.addUnshown(
                            document.root().span(), Problems.unrecognised(MatrixLikeness.instead(document)));
                    diagnostics.addAll(findings.diagnostics());
                    continue;
                }
                new DocumentReader(today, fallbackNamespace, document, collected.demand)
                        .read()
                        .ifPresent(matrix -> collected.add(matrix, file, diagnostics));
                diagnostics.addAll(document.findings().diagnostics());
                beyond += document.findings().beyond();
            }
        }
        collected.add(diagnostics, beyond);
    }

    static boolean mentionsNetproof(byte[] bytes) {
        // Latin-1 never fails, and the words looked for are ASCII.
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(DocumentReader.API_GROUP);
    }

    /** What has been read so far. */
    private static final class Collected {
        private final List<Matrix> matrices = new ArrayList<>();
        private final List<Diagnostic> diagnostics = new ArrayList<>();
        private final Map<String, Diagnostic.Related> names = new HashMap<>();
        private final Demand demand;
        private int documents;

        Collected(Demand demand) {
            this.demand = demand;
        }

        void add(Matrix matrix, SourceFile file, List<Diagnostic> ofFile) {
            Location at = matrix.location();
            String line = file.line(at.line());
            Diagnostic.Related other = names.putIfAbsent(
                    matrix.name(),
                    new Diagnostic.Related(at, 1, line, "the first matrix called " + Problems.quote(matrix.name())));
            if (other == null) {
                matrices.add(matrix);
            } else {
                Diagnostics findings = new Diagnostics(file);
                findings.add(
                        new Span(at.line(), at.column(), 1),
                        Problems.matrixNameTwice(matrix.name()),
                        Optional.of(other));
                ofFile.addAll(findings.diagnostics());
            }
        }

        void add(String file, Problem problem) {
            Diagnostics findings = new Diagnostics(SourceFile.unread(file));
            findings.add(Span.NOWHERE, problem);
            diagnostics.addAll(findings.diagnostics());
            documents++;
        }

        /** @param beyond how many more there are, which nobody wrote down */
        void add(List<Diagnostic> ofFile, int beyond) {
            List<Diagnostic> ordered = ofFile.stream().sorted(FILE_ORDER).toList();
            if (ordered.size() <= MOST_DIAGNOSTICS_PER_FILE) {
                diagnostics.addAll(ordered);
                return;
            }
            diagnostics.addAll(ordered.subList(0, MOST_DIAGNOSTICS_PER_FILE));
            List<Diagnostic> rest = ordered.subList(MOST_DIAGNOSTICS_PER_FILE, ordered.size());
            Severity worst = rest.stream()
                    .map(Diagnostic::severity)
                    .max(Comparator.naturalOrder())
                    .orElse(Severity.ERROR);
            Diagnostic next = rest.get(0);
            Problem more = Problems.more(rest.size() + beyond, worst);
            diagnostics.add(new Diagnostic(
                    more.severity(),
                    more.code(),
                    next.location(),
                    0,
                    "",
                    more.problem(),
                    more.fix(),
                    Optional.empty()));
        }

        MatrixReading reading() {
            return new MatrixReading(matrices, diagnostics);
        }
    }

    /** Every YAML file below a folder, without the hidden folders: there lie copies and things of other tools. */
    private static final class YamlFiles extends SimpleFileVisitor<Path> {
        private final Path root;
        private final List<Path> files;

        YamlFiles(Path root, List<Path> files) {
            this.root = root;
            this.files = files;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean hidden =
                    !folder.equals(root) && String.valueOf(folder.getFileName()).startsWith(".");
            return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = String.valueOf(file.getFileName());
            // Through symbolic links, for that is how a mounted ConfigMap looks; those that lead nowhere are editors'
            // locks.
            if ((name.endsWith(".yaml") || name.endsWith(".yml")) && Files.exists(file) && !Files.isDirectory(file)) {
                files.add(file);
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
