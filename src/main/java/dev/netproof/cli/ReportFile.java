package dev.netproof.cli;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A file that a report is written to. It holds the whole report or what was there before, never half of it. Nothing is written through
 * a symbolic link: a link that somebody puts into a workspace must not choose what netproof overwrites.
 */
final class ReportFile {
    /** What writes the report. */
    interface Content {
        void write(OutputStream out) throws IOException;
    }

    /** Where systems keep devices and the streams that a process has open; many of them are links, and they are the system's own. */
    private static final List<Path> OF_THE_SYSTEM = List.of(Path.of("/dev"), Path.of("/proc"));

    private static final Map<Path, Supplier<OutputStream>> STREAMS = Map.of(
            Path.of("/dev/stdout"), () -> System.out,
            Path.of("/dev/fd/1"), () -> System.out,
            Path.of("/proc/self/fd/1"), () -> System.out,
            Path.of("/dev/stderr"), () -> System.err,
            Path.of("/dev/fd/2"), () -> System.err,
            Path.of("/proc/self/fd/2"), () -> System.err);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path file;
    private final Path absolute;

    ReportFile(Path file) {
        this.file = file;
        this.absolute = file.toAbsolutePath().normalize();
    }

    /** Writes the whole content instead of what was there; makes the folders on the way. */
    void replace(Content content) throws IOException {
        Supplier<OutputStream> stream = STREAMS.get(absolute);
        if (stream != null) {
            OutputStream out = new BufferedOutputStream(stream.get());
            content.write(out);
            out.flush();
            return;
        }
        Optional<BasicFileAttributes> there = there();
        if (OF_THE_SYSTEM.stream().anyMatch(absolute::startsWith)) {
            write(content, WRITE);
        } else if (there.isEmpty()) {
            Path parent = absolute.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            exchange(content, there);
        } else if (there.get().isSymbolicLink()) {
            throw isALink();
        } else if (there.get().isDirectory()) {
            throw new IOException("it is a folder; name a file in it");
        } else if (there.get().isRegularFile()) {
            exchange(content, there);
        } else {
            // A pipe or a device: there is nothing to keep, and nothing to put in its place.
            write(content, WRITE, NOFOLLOW_LINKS);
        }
    }

    /** Writes the content behind what is there. */
    void append(Content content) throws IOException {
        if (there().filter(BasicFileAttributes::isSymbolicLink).isPresent()) {
            throw isALink();
        }
        write(content, CREATE, APPEND, NOFOLLOW_LINKS);
    }

    private Optional<BasicFileAttributes> there() throws IOException {
        try {
            return Optional.of(Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static IOException isALink() {
        return new IOException("it is a symbolic link, and reports are not written through links;"
                + " name the file itself, or remove the link");
    }

    private void write(Content content, OpenOption... options) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file, options))) {
            content.write(out);
        }
    }

    /** Beside the file first, then in its place in one step. */
    private void exchange(Content content, Optional<BasicFileAttributes> there) throws IOException {
        Path beside = absolute.resolveSibling(".netproof-" + HexFormat.of().toHexDigits(RANDOM.nextLong()) + ".tmp");
        try {
            Files.newOutputStream(beside, CREATE_NEW, WRITE).close();
        } catch (AccessDeniedException e) {
            if (there.isEmpty()) {
                throw e;
            }
            // The folder takes no new file, but this one may be written.
            overwrite(content);
            return;
        }
        try {
            if (there.isPresent()) {
                keepPermissions(beside);
            }
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(beside, WRITE, NOFOLLOW_LINKS))) {
                content.write(out);
            }
            try {
                Files.move(beside, absolute, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileSystemException e) {
                if (there.isEmpty()) {
                    throw e;
                }
                // A file that is mounted by itself, as into a container, cannot be exchanged.
                overwrite(content);
            }
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private void overwrite(Content content) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        content.write(whole);
        write(whole::writeTo, WRITE, TRUNCATE_EXISTING, NOFOLLOW_LINKS);
    }

    /** A report that few may read stays one. */
    private void keepPermissions(Path beside) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class, NOFOLLOW_LINKS);
        if (view != null) {
            Files.setPosixFilePermissions(beside, view.readAttributes().permissions());
        }
    }

    /** What went wrong, in words; the name of the file is the caller's to say. */
    static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "access to " + e.getMessage() + " is denied";
        }
        if (e instanceof NoSuchFileException || e instanceof FileNotFoundException) {
            return "there is no " + e.getMessage();
        }
        if (e instanceof FileSystemException system) {
            return Optional.ofNullable(system.getReason()).orElse("it is in the way: " + system.getFile());
        }
        return String.valueOf(e.getMessage());
    }
}
