package dev.netproof.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which archives of classes the start script lets the JVM execute, seen by a Java that says what it is started with. */
class StartScriptTest {
    private static final String JAVA = """
            #!/bin/sh
            for word in "$@"; do
              case $word in
                -Xshare:dump) dump=yes ;;
                -XX:SharedArchiveFile=*) archive=${word#*=} ;;
              esac
            done
            if [ -n "${dump:-}" ]; then echo archive >"$archive"; else echo "archive=${archive:-none}"; fi
            """;

    @TempDir
    Path folder;

    private Path script;
    private Path lib;
    private Path cache;

    @BeforeEach
    void install() throws IOException {
        // Temporary folders are their owner's alone; what stands here is as public as programs are.
        permit(folder, "rwxr-xr-x");
        Path home = Files.createDirectory(folder.resolve("home"));
        Path bin = Files.createDirectory(home.resolve("bin"));
        lib = Files.createDirectory(home.resolve("lib"));
        Path java =
                Files.createDirectories(folder.resolve("java").resolve("bin")).resolve("java");
        Files.writeString(java, JAVA);
        permit(java, "rwxr-xr-x");
        script = Files.copy(Path.of("src", "dist", "bin", "netproof"), bin.resolve("netproof"));
        permit(script, "rwxr-xr-x");
        Files.writeString(lib.resolve("netproof-cli.jar"), "jar");
        Files.writeString(lib.resolve("netproof.classes"), "classes");
        for (Path each : List.of(home, bin, lib)) {
            permit(each, "rwxr-xr-x");
        }
        cache = folder.resolve("cache");
    }

    @Test
    void an_archive_beside_the_jar_is_made_and_used() throws Exception {
        String used = run("now");

        assertThat(used)
                .startsWith("archive=" + lib.toRealPath() + "/netproof-")
                .endsWith(".jsa");
        assertThat(run("auto")).isEqualTo(used);
    }

    @Test
    void where_a_group_may_write_beside_the_jar_the_archive_goes_to_the_users_cache_which_nobody_else_may_enter()
            throws Exception {
        permit(lib, "rwxrwxr-x");

        String used = run("now");

        assertThat(used).startsWith("archive=" + cache + "/netproof/netproof-");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache.resolve("netproof"))))
                .isEqualTo("rwx------");
        assertThat(run("auto")).isEqualTo(used);
    }

    /** Somebody else's archive has the right name, and is newer than everything. */
    @ParameterizedTest
    @MethodSource("meddling")
    void an_archive_that_somebody_else_may_have_planted_is_never_executed(Meddling meddling) throws Exception {
        permit(lib, "rwxrwxr-x");
        String used = run("now");
        Path archive = Path.of(used.substring("archive=".length()));
        Files.writeString(archive, "planted");

        meddling.with(archive);

        assertThat(run("off")).isEqualTo("archive=none");
        assertThat(run("auto", Map.of("CI", "true"))).isEqualTo("archive=none");
    }

    @Test
    void a_folder_that_is_open_to_a_group_is_closed_and_its_archive_made_anew() throws Exception {
        permit(lib, "rwxrwxr-x");
        Path archive = Path.of(run("now").substring("archive=".length()));
        permit(archive.getParent(), "rwxrwxr-x");
        Files.writeString(archive, "planted");
        Files.setLastModifiedTime(archive, FileTime.from(Instant.now()));

        assertThat(run("now")).isEqualTo("archive=" + archive);

        assertThat(archive).hasContent("archive");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void a_link_in_the_place_of_the_cache_is_not_followed() throws Exception {
        permit(lib, "rwxrwxr-x");
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        permit(elsewhere, "rwxr-xr-x");
        Files.createDirectory(cache);
        permit(cache, "rwxr-xr-x");
        Files.createSymbolicLink(cache.resolve("netproof"), elsewhere);

        assertThat(run("now")).isEqualTo("archive=none");

        assertThat(elsewhere).isEmptyDirectory();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(elsewhere)))
                .isEqualTo("rwxr-xr-x");
    }

    private interface Meddling {
        void with(Path archive) throws Exception;
    }

    static Stream<Named<Meddling>> meddling() {
        Stream<Named<Meddling>> always = Stream.of(
                Named.of("a group may write the archive", archive -> permit(archive, "rw-rw-r--")),
                Named.of("everybody may write the archive", archive -> permit(archive, "rw-r--rw-")),
                Named.of("a group may write into its folder", archive -> permit(archive.getParent(), "rwxrwx---")),
                Named.of("everybody may write into its folder", archive -> permit(archive.getParent(), "rwx----wx")),
                Named.of(
                        "everybody may write around its folder",
                        archive -> permit(archive.getParent().getParent(), "rwxrwxrwx")),
                Named.of("the archive is a link", archive -> {
                    Path other = Files.move(archive, archive.resolveSibling("other"));
                    Files.createSymbolicLink(archive, other);
                }),
                Named.of("its folder is a link", archive -> {
                    Path other =
                            Files.move(archive.getParent(), archive.getParent().resolveSibling("other"));
                    Files.createSymbolicLink(archive.getParent(), other);
                }));
        // Only root can make somebody else the owner; and root is whom it would hurt most.
        return "root".equals(System.getProperty("user.name"))
                ? Stream.concat(
                        always,
                        Stream.of(
                                Named.of("the archive is somebody else's", archive -> give(archive)),
                                Named.of("its folder is somebody else's", archive -> give(archive.getParent())),
                                Named.of(
                                        "what is around its folder is somebody else's",
                                        archive -> give(archive.getParent().getParent()))))
                : always;
    }

    private static void give(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", 65534);
    }

    private static void permit(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private String run(String archive) throws Exception {
        return run(archive, Map.of());
    }

    private String run(String archive, Map<String, String> more) throws Exception {
        Path said = Files.createTempFile(folder, "said", "");
        ProcessBuilder builder = new ProcessBuilder(script.toString(), "--help")
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(key -> key.startsWith("NETPROOF_") || key.equals("CI"));
        environment.put("NETPROOF_ARCHIVE", archive);
        environment.put("XDG_CACHE_HOME", cache.toString());
        environment.put("JAVA_HOME", folder.resolve("java").toString());
        environment.putAll(more);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(said).strip();
    }
}
