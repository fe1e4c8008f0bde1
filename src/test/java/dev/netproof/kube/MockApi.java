package dev.netproof.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.fabric8.mockwebserver.http.Buffer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;

/** An API server in memory, in which somebody else may be quicker. */
final class MockApi implements AutoCloseable {
    private record Answer(int code, String message, boolean once) {}

    /** @param body empty where there is none */
    record Request(String method, String path, String body) {}

    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private final Map<String, UnaryOperator<String>> squatters = new ConcurrentHashMap<>();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final KubernetesMockServer server;
    private final KubernetesClient client;

    MockApi() {
        Map<ServerRequest, Queue<ServerResponse>> responses = new HashMap<>();
        server = new KubernetesMockServer(
                new Context(), new MockWebServer(), responses, new Dispatcher(responses), false);
        server.init();
        client = server.createClient();
    }

    KubernetesClient client() {
        return client;
    }

    ApiServer api(Clock clock) {
        Connection connection = new Connection(
                "test",
                URI.create("http://" + server.getHostName() + ":" + server.getPort()),
                "default",
                "ann",
                new Connection.Trust(Optional.empty(), Connection.Verification.FULL, Optional.empty()),
                Optional.empty(),
                FixedCredentials.of(Optional.empty(), Optional.empty()),
                Map.of());
        return new ApiServer(connection, clock, client);
    }

    void given(HasMetadata object) {
        client.resource(object).create();
    }

    void given(String manifest) {
        HasMetadata object = client.getKubernetesSerialization()
                .unmarshal(new ByteArrayInputStream(("---\n" + manifest).getBytes(StandardCharsets.UTF_8)));
        given(object);
    }

    /** Namespaces, pods, Services and policies that are there. */
    List<HasMetadata> objects() {
        List<HasMetadata> all = new ArrayList<>();
        all.addAll(client.namespaces().list().getItems());
        all.addAll(client.pods().inAnyNamespace().list().getItems());
        all.addAll(client.services().inAnyNamespace().list().getItems());
        all.addAll(
                client.network().v1().networkPolicies().inAnyNamespace().list().getItems());
        return all;
    }

    /** Whatever is to be created at this path, somebody else has created under that name a moment before. */
    void squat(String path, UnaryOperator<String> instead) {
        squatters.put(path, instead);
    }

    /** "GET /api/v1/namespaces" and everything below is not permitted. */
    void refuse(String start) {
        answer(start, 403, "ann may not");
    }

    void answer(String start, int code, String message) {
        answers.put(start, new Answer(code, message, false));
    }

    /** Answers so the first time, and does as asked afterwards. */
    void answerOnce(String start, int code, String message) {
        answers.put(start, new Answer(code, message, true));
    }

    List<Request> requests(String method) {
        return requests.stream().filter(one -> one.method().equals(method)).toList();
    }

    private final class Dispatcher extends KubernetesMixedDispatcher {
        Dispatcher(Map<ServerRequest, Queue<ServerResponse>> responses) {
            super(responses);
        }

        @Override
        public MockResponse dispatch(RecordedRequest request) {
            // Not as text, which can be read once.
            String body = request.getBody() == null
                    ? ""
                    : new String(request.getBody().getBytes(), StandardCharsets.UTF_8);
            requests.add(new Request(request.getMethod(), request.getPath(), body));
            for (Map.Entry<String, Answer> given : answers.entrySet()) {
                if ((request.getMethod() + " " + request.getPath()).startsWith(given.getKey())) {
                    if (given.getValue().once()) {
                        answers.remove(given.getKey());
                    }
                    return answer(given.getValue().code(), given.getValue().message());
                }
            }
            UnaryOperator<String> squatter = squatters.get(request.getPath());
            if (squatter != null && request.getMethod().equals("POST")) {
                super.dispatch(new RecordedRequest(
                        request.getHttpVersion(),
                        request.method(),
                        request.getPath(),
                        request.getHeaders(),
                        new Buffer().writeUtf8(squatter.apply(body))));
                return answer(409, "already exists");
            }
            return super.dispatch(request);
        }

        private MockResponse answer(int code, String message) {
            return new MockResponse()
                    .setResponseCode(code)
                    .setHeader("Content-Type", "application/json")
                    .setBody(client.getKubernetesSerialization()
                            .asJson(new StatusBuilder()
                                    .withCode(code)
                                    .withMessage(message)
                                    .build()));
        }
    }

    @Override
    public void close() {
        server.destroy();
    }
}
