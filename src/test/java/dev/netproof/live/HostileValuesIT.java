package dev.netproof.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Values of a matrix that a shell, curl, Kubernetes or Python would make something of. The server answers 200 to what was written and to
 * nothing else, so that a pass shows that every letter arrived as it was.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class HostileValuesIT {
    @RegisterExtension
    static final LiveCluster LIVE = LiveCluster.restricted("values");

    private static final ObjectMapper JSON = new ObjectMapper();
    /** All that a path may hold; quotes, blanks and braces are refused by the reader. */
    private static final String ODD = "/$(reboot)$$;reboot&&'x'(y)*?$HOME=$(NETPROOF_NONCE)!~,@:%24%22%60+";

    /** As long as a text of a matrix may be. */
    private static final String LONG = "/" + "0123456789".repeat(199) + "012345678";

    private static final String SERVER = """
            import http.server, sys
            want = [bytes.fromhex(word).decode() for word in sys.argv[1:]]
            class Picky(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200 if self.path in want else 404)
                    self.end_headers()
            http.server.HTTPServer(("", 8080), Picky).serve_forever()
            """;

    @BeforeAll
    static void servers() throws JsonProcessingException {
        String command = JSON.writeValueAsString(new String[] {"python3", "-c", SERVER, hex(ODD), hex(LONG)});
        LIVE.apply(
                Manifests.server("picky", 80, 8080)
                        .replace("registry.k8s.io/e2e-test-images/agnhost:2.56", "docker.io/nicolaka/netshoot:v0.14")
                        .replaceFirst("args: .*", java.util.regex.Matcher.quoteReplacement("command: " + command)),
                Manifests.datagrams("log", 5514, 8080),
                Manifests.client("shell"),
                Manifests.client("python"));
        LIVE.awaitReady();
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void arrive_as_they_were_written_and_nothing_is_executed() throws JsonProcessingException {
        Ran ran = LIVE.run("""
                        destinations:
                          odd: {service: picky, port: 80, protocol: HTTP, path: %s, status: 200}
                          long: {service: picky, port: 80, protocol: HTTP, path: %s, status: 200}
                          said: {service: log, port: 514, protocol: UDP, send: %s}
                        checks:
                        - {from: deploy/shell, to: [odd, long], expect: allow}
                        - {from: deploy/python, to: [odd, long, said], expect: allow}
                        """.formatted(
                                JSON.writeValueAsString(ODD),
                                JSON.writeValueAsString(LONG),
                                JSON.writeValueAsString("echo $(id)`id`'\"; {nonce}")))
                .exits(0);

        for (String source : new String[] {"deploy/shell", "deploy/python"}) {
            ran.that(source + " → odd:80 is allowed").is("PASS", "CONNECTED");
            ran.that(source + " → long:80 is allowed").is("PASS", "CONNECTED");
        }
        assertThat(ran.that("deploy/python → said:514 is allowed")
                        .is("PASS", "CONNECTED")
                        .node()
                        .toString())
                .doesNotContain("uid=");
    }
}
