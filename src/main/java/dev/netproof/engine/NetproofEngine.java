package dev.netproof.engine;

import dev.netproof.matrix.Diagnostic;
import dev.netproof.matrix.DiagnosticText;
import dev.netproof.matrix.MatrixLimits;
import dev.netproof.matrix.MatrixReader;
import dev.netproof.matrix.MatrixReading;
import dev.netproof.model.Check;
import dev.netproof.model.Matrix;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.junit.platform.engine.DiscoveryIssue;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.FilePosition;
import org.junit.platform.engine.support.descriptor.FileSource;
import org.junit.platform.engine.support.hierarchical.HierarchicalTestEngine;

/**
 * Discovers matrices by file, line of a file, directory, classpath resource and unique id, and reports each check as a test. The plan
 * runs once, before the first check; the checks look their verdicts up.
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

    /** For a launcher that has already read the matrices and chosen the cluster. */
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
        MatrixSuite root = new MatrixSuite(uniqueId);
        if (given.isPresent()) {
            given.get().forEach(matrix -> add(matrix, root, (check, id) -> true));
        } else {
            Selection selection = Selection.of(request, uniqueId);
            read(request, uniqueId, selection).forEach(matrix -> add(matrix, root, selection::includes));
        }
        return root;
    }

    /**
     * The unique id of a check consists of file, matrix, source and target, without the line, so that it does not change when lines are added
     * above. Later checks with the same id are numbered.
     */
    private static void add(Matrix matrix, MatrixSuite root, BiPredicate<Check, UniqueId> wanted) {
        Map<UniqueId, Integer> names = new LinkedHashMap<>();
        UniqueId suiteId =
                root.getUniqueId().append("matrix", matrix.location().file() + Selection.NAME + matrix.name());
        Group suite = new Group(suiteId, matrix.name(), source(matrix.location()));
        Map<String, Group> sources = new LinkedHashMap<>();
        for (Check check : matrix.checks()) {
            UniqueId sourceId = suiteId.append("source", check.source().name());
            UniqueId id = unique(sourceId.append("check", check.target()), names);
            if (wanted.test(check, id)) {
                sources.computeIfAbsent(check.source().name(), name -> {
                            Group group = new Group(
                                    sourceId, name, source(check.source().location()));
                            suite.addChild(group);
                            return group;
                        })
                        .addChild(new CheckDescriptor(id, check, matrix, source(check.location())));
            }
        }
        if (!suite.getChildren().isEmpty()) {
            root.addChild(suite);
        }
    }

    private static UniqueId unique(UniqueId id, Map<UniqueId, Integer> names) {
        int times = names.merge(id, 1, Integer::sum);
        return times == 1 ? id : id.append("again", Integer.toString(times));
    }

    private static FileSource source(dev.netproof.model.Location location) {
        return FileSource.from(
                Path.of(location.file()).toFile(), FilePosition.from(location.line(), location.column()));
    }

    private static List<Matrix> read(EngineDiscoveryRequest request, UniqueId uniqueId, Selection selection) {
        ConfiguredLimits configured = new ConfiguredLimits(request.getConfigurationParameters());
        MatrixLimits limits;
        try {
            limits = configured.limits();
        } catch (IllegalArgumentException mistaken) {
            tell(
                    request,
                    uniqueId,
                    DiscoveryIssue.create(DiscoveryIssue.Severity.ERROR, String.valueOf(mistaken.getMessage())));
            return List.of();
        }
        MatrixReader reader = MatrixReader.of(
                LocalDate.now(ZoneId.systemDefault()),
                request.getConfigurationParameters().get("netproof.namespace").orElse("default"),
                limits);
        List<Matrix> matrices = told(reader.read(selection.paths(), selection.texts()), request, uniqueId);
        configured
                .noControl()
                .ifPresent(why -> tell(request, uniqueId, DiscoveryIssue.create(DiscoveryIssue.Severity.ERROR, why)));
        return matrices;
    }

    private static void tell(EngineDiscoveryRequest request, UniqueId uniqueId, DiscoveryIssue issue) {
        request.getDiscoveryListener().issueEncountered(uniqueId, issue);
    }

    /** A mistake is an issue of the discovery: the platform shows all of them, and runs nothing when one is an error. */
    private static List<Matrix> told(MatrixReading reading, EngineDiscoveryRequest request, UniqueId uniqueId) {
        DiagnosticText text = new DiagnosticText();
        for (Diagnostic diagnostic : reading.diagnostics()) {
            DiscoveryIssue.Severity severity = diagnostic.severity() == Diagnostic.Severity.ERROR
                    ? DiscoveryIssue.Severity.ERROR
                    : DiscoveryIssue.Severity.WARNING;
            tell(
                    request,
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
