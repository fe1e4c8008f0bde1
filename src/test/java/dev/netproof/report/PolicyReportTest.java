package dev.netproof.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.netproof.model.Report;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyReportTest {
    static Stream<Report> reports() {
        return Stream.concat(
                RecordedReports.all().values().stream(),
                Stream.of(RecordedReports.thousand(), RecordedEnforcement.partial(), RecordedEnforcement.noBaseline()));
    }

    @Test
    void looks_as_recorded() throws IOException {
        Goldens.compare("red.openreports.yaml", render("openreports", RecordedReports.red()));
        Goldens.compare("partial.policyreport.yaml", render("policyreport", RecordedEnforcement.partial()));
    }

    @ParameterizedTest
    @MethodSource("reports")
    void every_resource_is_one_that_a_cluster_takes(Report report) throws IOException {
        Set<String> names = new HashSet<>();
        for (JsonNode resource : resources(render("openreports", report))) {
            assertThat(resource.path("apiVersion").asText()).isEqualTo("openreports.io/v1alpha1");
            JsonNode metadata = resource.path("metadata");
            boolean whole = resource.path("kind").asText().equals("ClusterReport");
            assertThat(metadata.has("namespace")).isEqualTo(!whole);
            assertThat(metadata.path("name").asText())
                    .matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")
                    .hasSizeLessThan(253);
            assertThat(names.add(metadata.path("namespace").asText() + "/"
                            + metadata.path("name").asText()))
                    .isTrue();
            assertThat(resource.toString().length()).isLessThan(1_000_000);
            List<String> seen = new ArrayList<>();
            for (JsonNode result : resource.path("results")) {
                assertThat(result.path("policy").asText()).isNotEmpty();
                assertThat(result.path("timestamp").path("seconds").isIntegralNumber())
                        .isTrue();
                assertThat(result.path("properties")).allMatch(JsonNode::isTextual);
                seen.add(result.path("result").asText());
            }
            for (String result : List.of("pass", "fail", "warn", "error", "skip")) {
                assertThat(resource.path("summary").path(result).asLong())
                        .isEqualTo(seen.stream().filter(result::equals).count());
            }
        }
    }

    @Test
    void a_resource_lives_in_the_namespace_of_its_sources() throws IOException {
        assertThat(resources(render("policyreport", RecordedReports.red())))
                .extracting(resource -> resource.path("kind").asText() + " "
                        + resource.path("metadata").path("namespace").asText())
                .containsExactly("PolicyReport ingress-nginx", "PolicyReport bookstore", "PolicyReport default");
    }

    private static List<JsonNode> resources(String yaml) throws IOException {
        ObjectMapper mapper = new ObjectMapper(new YAMLFactory());
        return mapper.readerFor(JsonNode.class).<JsonNode>readValues(yaml).readAll();
    }

    private static String render(String dialect, Report report) throws IOException {
        return Goldens.rendered(Reports.byName(dialect).orElseThrow(), report);
    }
}
