package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.netproof.model.Report;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Evidence that somebody else wrote, or spoiled: it is rendered, or refused with the place, and never anything else. */
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileEvidenceTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** JSON that stands in the place of some value. */
    private static final List<String> NASTY = List.of(
            "null",
            "\"\"",
            "\"x\"",
            "-1",
            "0",
            "2147483647",
            "2147483648",
            "-2147483648",
            "1e9",
            "1e999999999",
            "1e-999999999",
            "-1e999999999",
            "99999999999.5",
            "0.0000000001",
            "true",
            "[]",
            "{}",
            "[[]]",
            "\"+1000000000-12-31T23:59:59Z\"",
            "\"-1000000000-01-01T00:00:00Z\"",
            "\"2026-11-21T03:00:00Z\"",
            "\"+999999999-12-31\"",
            "\"0000-01-01\"",
            "\"\\u0000\\u001b[2J\\u202e\\ud800\"",
            "\"TIMEOUT\"",
            "\"NaN\"");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "elapsedSeconds": | 1e999999999         | /results/0/elapsedSeconds: expected seconds, as a number
            "elapsedSeconds": | 1e-999999999        | /results/0/elapsedSeconds: expected seconds, as a number
            "elapsedSeconds": | 1e99999999999       | line
            "elapsedSeconds": | -5                  | /results/0/elapsedSeconds: expected seconds, as a number
            "elapsedSeconds": | 99999999999         | /results/0/elapsedSeconds: expected seconds, as a number
            "attempts":       | -1                  | /results/0/paths/0/history/0/attempts: expected a whole number
            "attempts":       | 99999999999         | /results/0/paths/0/history/0/attempts: expected a whole number
            "line":           | -1                  | /results/0/check/source/location/line: expected a whole number
            """)
    void a_number_beyond_all_bounds_is_refused_at_its_place(String key, String number, String message)
            throws IOException {
        String json = inResults(key + " " + number);
        assertThat(json).contains(number);

        assertThatThrownBy(() -> read(json))
                .isInstanceOf(UnreadableReport.class)
                .hasMessageContaining(message);
    }

    @Test
    void a_number_of_many_digits_is_refused_at_its_line() throws IOException {
        String json = inResults("\"elapsedSeconds\": " + "9".repeat(5000));

        assertThatThrownBy(() -> read(json))
                .isInstanceOf(UnreadableReport.class)
                .hasMessageMatching("(?s)line \\d+, column \\d+: .*Number.*");
    }

    @ParameterizedTest
    @CsvSource({"[, 65", "[, 100000", "'{\"a\":', 65", "'{\"a\":', 100000"})
    void nesting_without_end_is_refused_at_its_line(String open, int depth) throws IOException {
        String json = evidence().replaceFirst("\\{", "{ \"x\": " + open.repeat(depth));

        assertThatThrownBy(() -> read(json))
                .isInstanceOf(UnreadableReport.class)
                .hasMessageMatching("(?s)line 1, column \\d+: .*nest.*");
    }

    @Test
    void a_text_without_end_is_refused_at_its_line() throws IOException {
        byte[] start = "{\"tool\": \"".getBytes(StandardCharsets.UTF_8);
        InputStream endless = new SequenceInputStream(new ByteArrayInputStream(start), new Endless(200_000_000));

        assertThatThrownBy(() -> ReportReader.read(endless))
                .isInstanceOf(UnreadableReport.class)
                .hasMessageMatching("(?s)line 1, column \\d+: .*String.*length.*");
    }

    @Test
    void a_file_without_end_is_refused() {
        InputStream endless = new SequenceInputStream(
                new ByteArrayInputStream("{\"x\": 1 ".getBytes(StandardCharsets.UTF_8)), new Blanks(2_000_000_000L));

        assertThatThrownBy(() -> ReportReader.read(endless))
                .isInstanceOf(UnreadableReport.class)
                .hasMessageContaining("ocument length");
    }

    @Test
    void fields_that_nobody_knows_yet_are_passed_over() throws IOException {
        String json = evidence().replaceFirst("\\{", "{ \"later\": {\"a\": [1, {\"b\": null}]},");

        assertThat(read(json)).isEqualTo(read(evidence()));
    }

    /** Each value in turn becomes something else; what can still be read is rendered in every format, and compared. */
    @Test
    void whatever_stands_in_the_place_of_a_value_is_refused_or_rendered() throws IOException {
        Random random = new Random(20261128);
        for (Report report : List.of(RecordedReports.red(), RecordedEnforcement.partial())) {
            byte[] json = bytes(report);
            Report whole = ReportReader.read(new ByteArrayInputStream(json));
            int values = places(JSON.readTree(json)).size();
            for (int i = 0; i < 150; i++) {
                JsonNode tree = JSON.readTree(json);
                Place place = places(tree).get(random.nextInt(values));
                String nasty = NASTY.get(random.nextInt(NASTY.size()));
                // By text, since a tree would make something harmless of 1e999999999.
                place.put("@@@");
                String spoiled = JSON.writeValueAsString(tree).replace("\"@@@\"", nasty);
                assertThatCode(() -> readAndRender(spoiled, whole))
                        .as("%s = %s", place.name(), nasty)
                        .doesNotThrowAnyException();
            }
        }
    }

    private static void readAndRender(String json, Report whole) throws IOException {
        Report read;
        try {
            read = read(json);
        } catch (UnreadableReport refused) {
            assertThat(refused.getMessage()).matches("(?s)(/|line \\d).*: .*");
            return;
        }
        for (String format : Reports.names()) {
            Reports.byName(format).orElseThrow().write(read, OutputStream.nullOutputStream());
        }
        for (ComparisonFormat format : ComparisonFormat.values()) {
            ConsoleStyle plain = ConsoleStyle.plain(ConsoleStyle.Detail.TABLE);
            format.write(Comparison.of(whole, read), plain, OutputStream.nullOutputStream());
            format.write(Comparison.of(read, whole), plain, OutputStream.nullOutputStream());
        }
    }

    private interface Place {
        String name();

        void put(String text);
    }

    private static List<Place> places(JsonNode tree) {
        List<Place> places = new ArrayList<>();
        collect(tree, "", places);
        return places;
    }

    private static void collect(JsonNode node, String way, List<Place> places) {
        if (node instanceof ObjectNode object) {
            object.fieldNames().forEachRemaining(field -> {
                places.add(place(way + "/" + field, text -> object.put(field, text)));
                collect(object.get(field), way + "/" + field, places);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int index = i;
                places.add(place(way + "/" + i, text -> array.set(index, array.textNode(text))));
                collect(array.get(i), way + "/" + i, places);
            }
        }
    }

    private static Place place(String name, java.util.function.Consumer<String> put) {
        return new Place() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void put(String text) {
                put.accept(text);
            }
        };
    }

    /** The evidence with another number for the first such field among the results. */
    private static String inResults(String field) throws IOException {
        String json = evidence();
        int results = json.indexOf("\"results\"");
        return json.substring(0, results)
                + json.substring(results).replaceFirst(field.substring(0, field.indexOf(':')) + ": [0-9.]+", field);
    }

    private static String evidence() throws IOException {
        return new String(bytes(RecordedReports.green()), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Report report) throws IOException {
        return Goldens.rendered(Reports.json(), report).getBytes(StandardCharsets.UTF_8);
    }

    private static Report read(String json) throws IOException {
        return ReportReader.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static class Endless extends InputStream {
        private long left;

        Endless(long left) {
            this.left = left;
        }

        int one() {
            return 'a';
        }

        @Override
        public int read() {
            return left-- > 0 ? one() : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            int count = (int) Math.min(left, length);
            if (count <= 0) {
                return -1;
            }
            java.util.Arrays.fill(buffer, offset, offset + count, (byte) one());
            left -= count;
            return count;
        }
    }

    private static final class Blanks extends Endless {
        Blanks(long left) {
            super(left);
        }

        @Override
        int one() {
            return ' ';
        }
    }
}
