package dev.netproof.run;

import static dev.netproof.model.Outcome.CONNECTED;
import static dev.netproof.model.Outcome.TIMEOUT;
import static dev.netproof.plan.Shop.from;
import static dev.netproof.plan.Shop.to;

import dev.netproof.judge.Patience;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.model.Report;
import dev.netproof.plan.Shop;
import dev.netproof.report.Reports;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Plans, judges and reports many checks on a made-up cluster, a third of them denied, for {@code scripts/bench-reports}: sources ×
 * destinations, and a file for the JSON evidence.
 */
final class ManyChecks {
    private ManyChecks() {}

    public static void main(String[] arguments) throws IOException {
        int sources = Integer.parseInt(arguments[0]);
        int destinations = Integer.parseInt(arguments[1]);
        Shop shop = Shop.withNodes("node-1", "node-2");
        for (int i = 0; i < destinations; i++) {
            shop.pod("d" + i, "10.0." + (i / 250 + 1) + "." + (i % 250 + 1), "node-" + (i % 2 + 1), 8000 + i % 3);
            shop.service("d" + i, "10.96." + (i / 250) + "." + (i % 250 + 1), 8000 + i % 3, 8000 + i % 3);
        }
        for (int i = 0; i < sources; i++) {
            shop.pod("s" + i, "10.0.100." + (i + 1), "node-" + (i % 2 + 1), 80);
            for (int j = 0; j < destinations; j++) {
                if (i % 3 == j % 3) {
                    shop.deny(from("s" + i), to("d" + j));
                } else {
                    shop.allow(from("s" + i), to("d" + j));
                }
            }
        }
        InMemoryCluster cluster =
                new InMemoryCluster(shop, attempt -> group(attempt) == attempt.port() % 8000 ? TIMEOUT : CONNECTED);
        RunTerms terms = new RunTerms(
                "bench", Shop.terms(), Patience.DEFAULT, Duration.ofMinutes(5), Duration.ofSeconds(3), Images.DEFAULT);
        Report report = new Runner(cluster, terms, Progress.NONE, cluster.clock(), Canary.NONE).run(shop.matrices());
        try (OutputStream out = Files.newOutputStream(Path.of(arguments[2]))) {
            Reports.json().write(report, out);
        }
        System.out.println(report.results().size() + " checks, " + report.exit());
    }

    private static int group(InMemoryCluster.Try attempt) {
        return Integer.parseInt(attempt.probe().source().substring(1)) % 3;
    }
}
