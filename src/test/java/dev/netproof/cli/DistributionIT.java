package dev.netproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people download, as they use it: unpacked somewhere, by both names, without an archive of classes and with one. */
class DistributionIT {
    private static final Path ZIP = Path.of("target", "netproof-dist.zip");
    private static final Path MATRIX =
            Path.of("matrices", "bookstore", "matrix.yaml").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    private Path home;
    private Path cache;

    private record Ran(int exit, String out, String err) {}

    @BeforeEach
    void unpack() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path programs = Files.createDirectories(folder.resolve("my programs"));
        cache = folder.resolve("the cache");
        assertThat(ZIP).as("the zip that the build makes").exists();
        try (ZipFile zip = new ZipFile(ZIP.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                Path target = programs.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    try (InputStream in = zip.getInputStream(entry)) {
                        Files.copy(in, target);
                    }
                    if (target.getParent().endsWith("bin")) {
                        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
                    }
                }
            }
        }
        try (Stream<Path> found = Files.list(programs)) {
            home = found.findFirst().orElseThrow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"netproof", "kubectl-netproof"})
    void it_runs_by_both_names_and_says_the_same_with_an_archive(String name) throws Exception {
        Ran first = run("off", name, "--help");
        Ran made = run("now", name, "--help");
        Ran lint = run("auto", name, "lint", MATRIX.toString());

        assertThat(first.exit()).isZero();
        assertThat(first.out()).contains("Usage: netproof");
        assertThat(made).isEqualTo(first);
        assertThat(archives(home.resolve("lib"))).hasSize(1);
        assertThat(lint).isEqualTo(run("off", name, "lint", MATRIX.toString()));
        assertThat(lint.exit()).isZero();
    }

    @Test
    void it_runs_through_a_link_from_anywhere() throws Exception {
        Path link = Files.createSymbolicLink(
                folder.resolve("kubectl-netproof"), home.resolve("bin").resolve("kubectl-netproof"));

        Ran ran = run(List.of(link.toString(), "--version"), "off");

        assertThat(ran.exit()).isZero();
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void an_archive_of_another_jar_is_passed_over_in_silence_and_replaced() throws Exception {
        Ran first = run("now", "netproof", "--help");
        List<String> old = archives(home.resolve("lib"));
        Path jar = home.resolve("lib").resolve("netproof-cli.jar");
        Files.setLastModifiedTime(
                jar,
                java.nio.file.attribute.FileTime.from(
                        Files.getLastModifiedTime(jar).toInstant().plusSeconds(3600)));

        assertThat(run("now", "netproof", "--help")).isEqualTo(first);

        assertThat(archives(home.resolve("lib"))).hasSize(1).isNotEqualTo(old);
    }

    @Test
    void where_nothing_can_be_written_it_runs_all_the_same_and_says_nothing_of_it() throws Exception {
        for (Path path : List.of(home.resolve("lib"), home)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r-xr-xr-x"));
        }
        Files.createFile(cache);

        Ran ran = run(unprivileged(home.resolve("bin").resolve("netproof") + "", "--help"), "now");

        assertThat(ran.exit()).isZero();
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).contains("Usage: netproof");
        assertThat(archives(home.resolve("lib"))).isEmpty();
    }

    @Test
    void where_the_distribution_is_read_only_the_archive_goes_to_the_users_cache() throws Exception {
        Files.setPosixFilePermissions(home.resolve("lib"), PosixFilePermissions.fromString("r-xr-xr-x"));
        // Where everybody may make something, and nobody may touch what is another's: as /tmp is.
        Files.createDirectory(cache);
        assertThat(new ProcessBuilder("chmod", "1777", cache.toString()).start().waitFor())
                .isZero();

        Ran ran = run(unprivileged(home.resolve("bin").resolve("netproof") + "", "--help"), "now");

        assertThat(ran.exit()).isZero();
        assertThat(archives(cache.resolve("netproof"))).hasSize(1);
    }

    /** Root may write anywhere. */
    private static List<String> unprivileged(String... command) {
        List<String> words = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            words.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
        }
        words.addAll(List.of(command));
        return words;
    }

    private Ran run(String archive, String name, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin").resolve(name).toString());
        command.addAll(List.of(arguments));
        return run(command, archive);
    }

    private Ran run(List<String> command, String archive) throws Exception {
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(key -> key.startsWith("NETPROOF_"));
        environment.put("NETPROOF_ARCHIVE", archive);
        environment.put("XDG_CACHE_HOME", cache.toString());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        try {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static List<String> archives(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jsa"))
                    .toList();
        }
    }
}
