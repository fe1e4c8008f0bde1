package dev.netproof.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.lsp4j.ClientCapabilities;
import org.eclipse.lsp4j.CompletionCapabilities;
import org.eclipse.lsp4j.CompletionItem;
import org.eclipse.lsp4j.CompletionList;
import org.eclipse.lsp4j.CompletionParams;
import org.eclipse.lsp4j.ConfigurationParams;
import org.eclipse.lsp4j.Diagnostic;
import org.eclipse.lsp4j.DidOpenTextDocumentParams;
import org.eclipse.lsp4j.Hover;
import org.eclipse.lsp4j.HoverParams;
import org.eclipse.lsp4j.InitializeParams;
import org.eclipse.lsp4j.InitializedParams;
import org.eclipse.lsp4j.MessageActionItem;
import org.eclipse.lsp4j.MessageParams;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.PublishDiagnosticsCapabilities;
import org.eclipse.lsp4j.PublishDiagnosticsParams;
import org.eclipse.lsp4j.RegistrationParams;
import org.eclipse.lsp4j.ShowMessageRequestParams;
import org.eclipse.lsp4j.TextDocumentClientCapabilities;
import org.eclipse.lsp4j.TextDocumentIdentifier;
import org.eclipse.lsp4j.TextDocumentItem;
import org.eclipse.lsp4j.WorkspaceClientCapabilities;
import org.eclipse.lsp4j.WorkspaceFolder;
import org.eclipse.lsp4j.launch.LSPLauncher;
import org.eclipse.lsp4j.services.LanguageClient;
import org.eclipse.lsp4j.services.LanguageServer;
import org.junit.jupiter.api.Assumptions;

/** The YAML language server, as an editor talks to it. Its package is locked beside this test's resources. */
final class YamlLanguageServer implements AutoCloseable {
    private static final Path PROGRAM =
            Path.of("src/test/editor/node_modules/yaml-language-server/bin/yaml-language-server");

    /** Where somebody's caret is in a test's text. */
    private static final String CARET = "‸";

    private static final int SECONDS = 60;

    private final Process process;
    private final LanguageServer server;
    private final Editor editor;
    private final Path folder;
    private final AtomicInteger opened = new AtomicInteger();

    private YamlLanguageServer(Process process, LanguageServer server, Editor editor, Path folder) {
        this.process = process;
        this.server = server;
        this.editor = editor;
        this.folder = folder;
    }

    /** Skips the test where nobody has installed the server, and says so; where it was promised it must be there. */
    static void needed() {
        if (Files.exists(PROGRAM)) {
            return;
        }
        String how = "the YAML language server is not installed: npm ci --prefix src/test/editor";
        assertThat("required".equals(System.getenv("NETPROOF_EDITOR_TEST")))
                .as(how)
                .isFalse();
        System.err.println("skipped: " + how);
        Assumptions.abort(how);
    }

    static YamlLanguageServer start(Path folder) throws IOException {
        Process process = new ProcessBuilder("node", PROGRAM.toString(), "--stdio")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Editor editor = new Editor();
        var launcher = LSPLauncher.createClientLauncher(editor, process.getInputStream(), process.getOutputStream());
        launcher.startListening();
        YamlLanguageServer started = new YamlLanguageServer(process, launcher.getRemoteProxy(), editor, folder);
        started.initialize();
        return started;
    }

    private void initialize() {
        WorkspaceClientCapabilities workspace = new WorkspaceClientCapabilities();
        workspace.setConfiguration(true);
        workspace.setWorkspaceFolders(true);
        TextDocumentClientCapabilities text = new TextDocumentClientCapabilities();
        text.setPublishDiagnostics(new PublishDiagnosticsCapabilities());
        text.setCompletion(new CompletionCapabilities());
        InitializeParams params = new InitializeParams();
        params.setProcessId((int) ProcessHandle.current().pid());
        params.setCapabilities(new ClientCapabilities(workspace, text, null));
        params.setWorkspaceFolders(List.of(new WorkspaceFolder(folder.toUri().toString(), "matrices")));
        answer(server.initialize(params));
        server.initialized(new InitializedParams());
    }

    /** What the editor underlines, as "line:column: message", both counted from one. */
    List<String> complaints(String text) {
        String uri = open(text);
        return answer(editor.told(uri)).stream()
                .map(one -> (one.getRange().getStart().getLine() + 1) + ":"
                        + (one.getRange().getStart().getCharacter() + 1) + ": "
                        + one.getMessage().map(words -> words, markup -> markup.getValue()))
                .toList();
    }

    /** What the editor offers at the caret. */
    List<String> proposals(String text) {
        String uri = openAndRead(text);
        var proposed = answer(server.getTextDocumentService()
                .completion(new CompletionParams(new TextDocumentIdentifier(uri), caret(text))));
        List<CompletionItem> items = proposed.map(list -> list, CompletionList::getItems);
        return items.stream().map(CompletionItem::getLabel).toList();
    }

    /** What the editor shows when the mouse rests on the caret. */
    String explanation(String text) {
        String uri = openAndRead(text);
        Hover hover = answer(
                server.getTextDocumentService().hover(new HoverParams(new TextDocumentIdentifier(uri), caret(text))));
        return hover == null ? "" : hover.getContents().getRight().getValue();
    }

    private String openAndRead(String text) {
        String uri = open(text.replace(CARET, ""));
        answer(editor.told(uri));
        return uri;
    }

    private String open(String text) {
        String uri = folder.resolve("matrix-" + opened.incrementAndGet() + ".yaml")
                .toUri()
                .toString();
        server.getTextDocumentService()
                .didOpen(new DidOpenTextDocumentParams(new TextDocumentItem(uri, "yaml", 1, text)));
        return uri;
    }

    private static Position caret(String text) {
        String before = text.substring(0, text.indexOf(CARET));
        return new Position(
                (int) before.chars().filter(c -> c == '\n').count(), before.length() - before.lastIndexOf('\n') - 1);
    }

    private static <T> T answer(CompletableFuture<T> future) {
        return future.orTimeout(SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        answer(server.shutdown());
        server.exit();
        try {
            answer(process.onExit());
        } finally {
            process.destroyForcibly();
        }
    }

    /** The side that shows things; it looks nothing up in the network. */
    private static final class Editor implements LanguageClient {
        private static final Map<String, Object> YAML = Map.of(
                "validate", true,
                "completion", true,
                "hover", true,
                "schemaStore", Map.of("enable", false));

        private final Map<String, CompletableFuture<List<Diagnostic>>> complaints = new ConcurrentHashMap<>();

        CompletableFuture<List<Diagnostic>> told(String uri) {
            return complaints.computeIfAbsent(uri, u -> new CompletableFuture<>());
        }

        @Override
        public void publishDiagnostics(PublishDiagnosticsParams told) {
            told(told.getUri()).complete(told.getDiagnostics());
        }

        @Override
        public CompletableFuture<List<Object>> configuration(ConfigurationParams asked) {
            return CompletableFuture.completedFuture(asked.getItems().stream()
                    .map(item -> "yaml".equals(item.getSection()) ? YAML : (Object) Map.of())
                    .toList());
        }

        @Override
        public CompletableFuture<Void> registerCapability(RegistrationParams params) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void telemetryEvent(Object event) {}

        @Override
        public void showMessage(MessageParams message) {}

        @Override
        public CompletableFuture<MessageActionItem> showMessageRequest(ShowMessageRequestParams request) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void logMessage(MessageParams message) {}
    }
}
