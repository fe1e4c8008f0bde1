package dev.netproof.built;

import static dev.netproof.built.Built.COMMAND_LINE;
import static dev.netproof.built.Built.DISTRIBUTION;
import static dev.netproof.built.Built.LIBRARY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.netproof.Tree;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** What ships carries the licences that it is under: its own, and those of every library that is packed into it. */
class LicencesCheck {
    private static final Pattern LEGAL =
            Pattern.compile("(?i)(META-INF/)?([^/]*-)?(LICEN[SC]E|NOTICE|COPYING|COPYRIGHT)[^/]*");

    @Test
    void both_jars_and_the_zip_carry_the_licence_and_the_notice() throws IOException {
        String folder = Built.names(DISTRIBUTION).get(0).split("/")[0];
        for (String file : new String[] {"LICENSE", "NOTICE"}) {
            assertThat(Built.text(LIBRARY, "META-INF/" + file)).isEqualTo(Tree.read(file));
            assertThat(Built.text(COMMAND_LINE, "META-INF/" + file)).isEqualTo(Tree.read(file));
            assertThat(Built.text(DISTRIBUTION, folder + "/" + file)).isEqualTo(Tree.read(file));
        }
        assertThat(Built.text(DISTRIBUTION, folder + "/THIRD-PARTY.txt")).isEqualTo(thirdParty());
    }

    @Test
    void every_library_in_the_jar_is_named_under_its_licence_and_no_other() throws IOException {
        Map<String, String> bundled = new TreeMap<>();
        Built.libraries().forEach((id, library) -> bundled.put(id, library.licence()));
        Map<String, String> named = new TreeMap<>();
        String licence = "";
        for (String line : thirdParty().split("\n")) {
            Matcher heading = Pattern.compile("== .* \\(([A-Za-z0-9.-]+)\\)").matcher(line);
            if (heading.matches()) {
                licence = heading.group(1);
            } else if (line.matches("[a-z0-9.]+:[a-z0-9-]+")) {
                named.put(line, licence);
            }
        }

        assertThat(named)
                .as("src/dist/THIRD-PARTY.txt, against the libraries that this build packs")
                .containsExactlyInAnyOrderEntriesOf(bundled);
    }

    @Test
    void what_a_library_says_of_its_licence_is_in_the_jar() throws IOException {
        String carried = squeezed(Built.text(COMMAND_LINE, "META-INF/LICENSE") + thirdParty());
        SoftAssertions softly = new SoftAssertions();
        int texts = 0;
        for (Built.Library library : Built.libraries().values()) {
            for (String name : Built.names(library.jar())) {
                if (LEGAL.matcher(name).matches()) {
                    texts++;
                    String text = Built.text(library.jar(), name);
                    boolean kept = carried.contains(squeezed(text))
                            || Built.names(COMMAND_LINE).contains(name)
                                    && Built.text(COMMAND_LINE, name).equals(text);
                    softly.assertThat(kept)
                            .as(
                                    "%s of %s is neither kept nor in src/dist/THIRD-PARTY.txt:%n%s",
                                    name, library.id(), text)
                            .isTrue();
                }
            }
        }
        softly.assertAll();
        assertThat(texts).as("licences and notices found in the libraries").isGreaterThan(10);
    }

    private static String thirdParty() throws IOException {
        return Built.text(COMMAND_LINE, "META-INF/THIRD-PARTY.txt");
    }

    /** Words alone; and of the Apache licence's advice on how to apply it, the brackets come in two forms. */
    private static String squeezed(String text) {
        return text.replace('{', '[')
                .replace('}', ']')
                .replace("http://", "https://")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
