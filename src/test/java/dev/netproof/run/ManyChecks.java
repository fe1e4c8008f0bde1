package dev.netproof.run;

import static dev.netproof.model.Outcome.CONNECTED;
import static dev.netproof.model.Outcome.TIMEOUT;
import static dev.netproof.plan.Shop.from;
import static dev.netproof.plan.Shop.to;

import dev.netproof.inmemory.InMemoryCluster;
import dev.netproof.inmemory.Try;
import dev.netproof.judge.ConvergenceTerms;
import dev.netproof.kube.SessionTerms;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.kube.Testbed;
import dev.netproof.model.Destination;
import dev.netproof.model.Report;
import dev.netproof.model.Source;
import dev.netproof.plan.Shop;
import dev.netproof.report.Reports;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Plans, judges and reports many checks on a made-up cluster, a third of them denied, for {@code scripts/bench-reports}: sources ×
 * destinations, what the reports' files begin with, and their formats. Says how much of its time was the made-up cluster's.
 */
final class ManyChecks {
    private static long spent;

    private ManyChecks() {}

    public static void main(String[] arguments) throws IOException {
        int sources = Integer.parseInt(arguments[0]);
        int destinations = Integer.parseInt(arguments[1]);
        Shop shop = Shop.withNodes("node-1", "node-2");
        List<Destination> services = new ArrayList<>();
        for (int i = 0; i < destinations; i++) {
            shop.pod("d" + i, "10.0." + (i / 250 + 1) + "." + (i % 250 + 1), "node-" + (i % 2 + 1), 8000 + i % 3);
            shop.service("d" + i, "10.96." + (i / 250) + "." + (i % 250 + 1), 8000 + i % 3, 8000 + i % 3);
            services.add(to("d" + i));
        }
        for (int i = 0; i < sources; i++) {
            shop.pod("s" + i, "10.0.100." + (i + 1), "node-" + (i % 2 + 1), 80);
            Source source = from("s" + i);
            for (int j = 0; j < destinations; j++) {
                if (i % 3 == j % 3) {
                    shop.deny(source, services.get(j));
                } else {
                    shop.allow(source, services.get(j));
                }
            }
        }
        InMemoryCluster cluster =
                new InMemoryCluster(shop, attempt -> group(attempt) == attempt.port() % 8000 ? TIMEOUT : CONNECTED) {
                    @Override
                    public Testbed testbed(SessionTerms terms) {
                        return timed(super.testbed(terms));
                    }
                };
        RunTerms terms = new RunTerms(
                "bench",
                Shop.terms(),
                ConvergenceTerms.DEFAULT,
                Duration.ofMinutes(5),
                Duration.ofSeconds(3),
                Images.DEFAULT);
        Report report = new Runner(cluster, terms, Progress.NONE, cluster.clock(), Canary.NONE).run(shop.matrices());
        for (String format : List.of(arguments).subList(3, arguments.length)) {
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(Path.of(arguments[2] + "." + format)))) {
                Reports.byName(format).orElseThrow().write(report, out);
            }
        }
        System.out.println(report.results().size() + " checks, " + report.exit() + ", " + spent / 1_000_000
                + " ms of it the made-up cluster's");
    }

    /** Takes the time that the made-up cluster takes: it is no part of what netproof does. */
    private static Testbed timed(Testbed made) {
        return (Testbed) Proxy.newProxyInstance(
                Testbed.class.getClassLoader(), new Class<?>[] {Testbed.class}, (proxy, method, arguments) -> {
                    long began = System.nanoTime();
                    try {
                        return method.invoke(made, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        spent += System.nanoTime() - began;
                    }
                });
    }

    private static int group(Try attempt) {
        return Integer.parseInt(attempt.probe().source().substring(1)) % 3;
    }
}
