package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.model.Report;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Compares with what was recorded and read; {@code -Dupdate.goldens=true} records anew. */
final class Goldens {
    private static final Path FOLDER = Path.of("src", "test", "resources", "report");

    private Goldens() {}

    static String rendered(Rendering rendering, Report report) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        rendering.write(report, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    static void compare(String file, String actual) throws IOException {
        Path golden = FOLDER.resolve(file);
        if (Boolean.getBoolean("update.goldens")) {
            Files.createDirectories(FOLDER);
            Files.writeString(golden, actual);
        }
        assertThat(actual).isEqualTo(Files.readString(golden));
    }
}
