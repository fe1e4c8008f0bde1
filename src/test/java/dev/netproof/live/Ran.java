package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * What a run said in every way that it has.
 *
 * @param report the JSON report; a missing node where none was written
 * @param junit where the JUnit XML is
 */
record Ran(int exit, String out, String err, JsonNode report, Path junit) {
    Ran exits(int code) {
        assertThat(exit).as("exit code of%n%s%n%s", out, err).isEqualTo(code);
        if (!report.isMissingNode()) {
            assertThat(report.at("/exit/code").asInt()).isEqualTo(code);
        }
        return this;
    }

    /** The one result whose sentence is this one. */
    Result that(String sentence) {
        List<JsonNode> found = new ArrayList<>();
        List<String> all = new ArrayList<>();
        for (JsonNode result : report.path("results")) {
            all.add(result.path("sentence").asText());
            if (result.path("sentence").asText().equals(sentence)) {
                found.add(result);
            }
        }
        assertThat(found).as("'%s' among %s%n%s%n%s", sentence, all, out, err).hasSize(1);
        return new Result(found.get(0));
    }

    List<String> notes() {
        return texts(report.path("notes"));
    }

    String problem() {
        return report.at("/breakage/problem").asText();
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** One check of a report. */
    record Result(JsonNode node) {
        /** Asserts the verdict and its reason. */
        Result is(String status, String reason) {
            assertThat(node.at("/verdict/status").asText() + " "
                            + node.at("/verdict/reason").asText())
                    .as(node.toPrettyString())
                    .isEqualTo(status + " " + reason);
            return this;
        }

        Result says(String... words) {
            assertThat(explanation()).contains(words);
            return this;
        }

        Result advises(String... words) {
            assertThat(node.at("/verdict/fix").asText()).contains(words);
            return this;
        }

        String explanation() {
            return node.at("/verdict/explanation").asText();
        }

        /** Outcomes of the paths that lead to an address. */
        List<String> outcomes() {
            return byAddress("outcome");
        }

        /** Of each path that leads to an address, every outcome that was seen. */
        List<Set<String>> seen() {
            return StreamSupport.stream(node.path("paths").spliterator(), false)
                    .filter(path -> !path.path("kind").asText().equals("LOOKUP"))
                    .map(path -> StreamSupport.stream(path.path("history").spliterator(), false)
                            .map(streak -> streak.path("outcome").asText())
                            .collect(Collectors.toSet()))
                    .toList();
        }

        List<String> controls() {
            return byAddress("control");
        }

        private List<String> byAddress(String field) {
            return StreamSupport.stream(node.path("paths").spliterator(), false)
                    .filter(path -> !path.path("kind").asText().equals("LOOKUP"))
                    .map(path -> path.path(field).asText())
                    .toList();
        }
    }
}
