package dev.netproof.engine;

import dev.netproof.matrix.Diagnostic;
import dev.netproof.matrix.DiagnosticText;
import dev.netproof.matrix.MatrixReader;
import dev.netproof.matrix.Reading;
import dev.netproof.model.Check;
import dev.netproof.model.Matrix;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.platform.engine.DiscoveryIssue;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.DirectorySelector;
import org.junit.platform.engine.discovery.FileSelector;
import org.junit.platform.engine.support.descriptor.FilePosition;
import org.junit.platform.engine.support.descriptor.FileSource;
import org.junit.platform.engine.support.hierarchical.HierarchicalTestEngine;

/**
 * Discovers matrices by file and directory and reports each check as a test. The plan runs once, before the first check; the
 * checks look their verdicts up.
 */
public final class NetproofEngine extends HierarchicalTestEngine<Run> {
    /** The engine's id. */
    public static final String ID = "netproof";

    private final Optional<Harness> harness;
    private final Optional<List<Matrix>> given;

    /** For the service loader: matrices come from selectors, the cluster from configuration parameters. */
    public NetproofEngine() {
        this.harness = Optional.empty();
        this.given = Optional.empty();
    }

    /** For a launcher that has read the matrices and knows the cluster. */
    public NetproofEngine(List<Matrix> matrices, Harness harness) {
        this.harness = Optional.of(harness);
        this.given = Optional.of(List.copyOf(matrices));
    }

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public Optional<String> getGroupId() {
        return Optional.of("dev.netproof");
    }

    @Override
    public Optional<String> getArtifactId() {
        return Optional.of("netproof");
    }

    @Override
    public TestDescriptor discover(EngineDiscoveryRequest request, UniqueId uniqueId) {
        List<Matrix> matrices = given.orElseGet(() -> read(request, uniqueId));
        MatrixSuite root = new MatrixSuite(uniqueId, matrices);
        Map<UniqueId, Integer> names = new LinkedHashMap<>();
        for (Matrix matrix : matrices) {
            Group suite = new Group(
                    unique(uniqueId.append("matrix", matrix.name()), names), matrix.name(), source(matrix.location()));
            root.addChild(suite);
            Map<String, Group> sources = new LinkedHashMap<>();
            for (Check check : matrix.checks()) {
                Group source = sources.computeIfAbsent(check.source().name(), name -> {
                    Group group = new Group(
                            suite.getUniqueId().append("source", name),
                            name,
                            source(check.source().location()));
                    suite.addChild(group);
                    return group;
                });
                UniqueId id = unique(source.getUniqueId().append("check", check.target()), names);
                source.addChild(new CheckDescriptor(id, check, source(check.location())));
            }
        }
        return root;
    }

    private static UniqueId unique(UniqueId id, Map<UniqueId, Integer> names) {
        int times = names.merge(id, 1, Integer::sum);
        return times == 1 ? id : id.append("again", Integer.toString(times));
    }

    private static FileSource source(dev.netproof.model.Location location) {
        return FileSource.from(
                Path.of(location.file()).toFile(), FilePosition.from(location.line(), location.column()));
    }

    private static List<Matrix> read(EngineDiscoveryRequest request, UniqueId uniqueId) {
        List<Path> paths = new ArrayList<>();
        request.getSelectorsByType(FileSelector.class).forEach(selector -> {
            String name = selector.getRawPath();
            if (name.endsWith(".yaml") || name.endsWith(".yml")) {
                paths.add(selector.getPath());
            }
        });
        request.getSelectorsByType(DirectorySelector.class).forEach(selector -> paths.add(selector.getPath()));
        if (paths.isEmpty()) {
            return List.of();
        }
        Reading reading = MatrixReader.of(
                        LocalDate.now(ZoneOffset.UTC),
                        request.getConfigurationParameters()
                                .get("netproof.namespace")
                                .orElse("default"))
                .read(paths);
        DiagnosticText text = new DiagnosticText();
        for (Diagnostic diagnostic : reading.diagnostics()) {
            DiscoveryIssue.Severity severity = diagnostic.severity() == Diagnostic.Severity.ERROR
                    ? DiscoveryIssue.Severity.ERROR
                    : DiscoveryIssue.Severity.WARNING;
            request.getDiscoveryListener()
                    .issueEncountered(
                            uniqueId,
                            DiscoveryIssue.builder(severity, text.render(diagnostic, DiagnosticText.Colour.NONE))
                                    .source(source(diagnostic.location()))
                                    .build());
        }
        return reading.matrices();
    }

    @Override
    protected Run createExecutionContext(ExecutionRequest request) {
        return new Run(harness.orElseGet(() -> new ConfiguredHarness(request.getConfigurationParameters())));
    }
}
