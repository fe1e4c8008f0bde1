package dev.netproof.report;

import dev.netproof.model.Check;
import dev.netproof.model.CheckResult;
import dev.netproof.model.Circumstances;
import dev.netproof.model.Circumstances.About;
import dev.netproof.model.Circumstances.Policy;
import dev.netproof.model.Circumstances.Probe;
import dev.netproof.model.Circumstances.TargetPod;
import dev.netproof.model.Node;
import dev.netproof.model.Report;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.stream.Collectors;

/** The context of the run, for readers who look at a verdict later: policies, nodes, probes and targets. */
final class HtmlCircumstances {
    private static final int NAMED = 6;

    private final Markup page;
    private final Report report;

    HtmlCircumstances(Markup page, Report report) {
        this.page = page;
        this.report = report;
    }

    void write() {
        exceptions();
        Circumstances around = report.circumstances();
        List<Node> nodes = report.cluster().map(cluster -> cluster.nodes()).orElse(List.of());
        if (around.policies().isEmpty()
                && around.probes().isEmpty()
                && around.unreadable().isEmpty()
                && nodes.isEmpty()) {
            return;
        }
        page.open("details", "class", "around").open("summary").element("h2", "Context of the run");
        page.close().line();
        if (!around.unreadable().isEmpty()) {
            page.open("p")
                    .element("b", "Not permitted to read: ")
                    .text(String.join(", ", around.unreadable()))
                    .close();
        }
        if (around.policies().isEmpty()) {
            page.element("p", "No policies were found.");
        } else {
            policies(around.policies());
        }
        if (!nodes.isEmpty()) {
            nodes(nodes);
        }
        if (!around.probes().isEmpty()) {
            probes(around.probes());
        }
        if (!around.targets().isEmpty()) {
            targets(around.targets());
        }
        page.close().line();
    }

    private void exceptions() {
        List<CheckResult> exceptions = report.results().stream()
                .filter(result -> result.check().origin() == Check.Origin.EXCEPTION)
                .toList();
        if (exceptions.isEmpty()) {
            return;
        }
        page.open("section", "class", "exceptions").element("h2", "Exceptions").line();
        table("Exceptions", "edge", "until", "owner", "ticket", "because", "verdict");
        for (CheckResult result : exceptions) {
            result.check()
                    .exception()
                    .ifPresent(terms -> cells(
                            result.check().id() + " "
                                    + result.check().expectation().participle(),
                            terms.expires().toString(),
                            terms.owner(),
                            terms.ticket().orElse(""),
                            terms.because(),
                            Sign.of(result.verdict().status()).word()));
        }
        end();
        page.close().line();
    }

    private void policies(List<Policy> policies) {
        title("Policies", policies.size());
        table("Policies", "policy", "about", "resourceVersion", "SHA-256", "uid");
        for (Policy policy : policies) {
            page.open("tr");
            page.element("th", policy.title(), "scope", "row");
            page.element("td", policy.about().map(HtmlCircumstances::about).orElse("unknown, perhaps all"));
            page.element("td", policy.resourceVersion());
            page.open("td").element("code", policy.sha256(), "class", "sha").close();
            page.open("td").element("code", policy.uid(), "class", "sha").close();
            page.close().line();
        }
        end();
    }

    private static String about(About about) {
        if (about.sources().isEmpty() && about.targets().isEmpty()) {
            return "none of these pods";
        }
        String from = some(about.sources());
        String to = some(about.targets());
        return (from.isEmpty() ? "" : "egress of " + from)
                + (from.isEmpty() || to.isEmpty() ? "" : "; ")
                + (to.isEmpty() ? "" : "ingress of " + to);
    }

    private static String some(SortedSet<String> names) {
        String some = names.stream().limit(NAMED).collect(Collectors.joining(", "));
        return names.size() > NAMED ? some + " and " + (names.size() - NAMED) + " more" : some;
    }

    private void nodes(List<Node> nodes) {
        title("Nodes", nodes.size());
        table("Nodes", "node", "kubelet", "system", "kernel", "runtime");
        nodes.forEach(node -> cells(node.name(), node.kubelet(), node.os(), node.kernel(), node.runtime()));
        end();
    }

    private void probes(List<Probe> probes) {
        title("Probes", probes.size());
        table("Probes", "source", "pod", "address", "node", "labels", "service account", "image");
        probes.forEach(probe -> cells(
                probe.source()
                        + (probe.represents().isEmpty() ? "" : " (" + String.join(", ", probe.represents()) + ")"),
                probe.namespace() + "/" + probe.pod(),
                probe.ip().orElse(""),
                probe.node().orElse(""),
                labels(probe.labels()),
                probe.serviceAccount(),
                probe.digest().orElse(probe.image())));
        end();
    }

    private void targets(List<TargetPod> targets) {
        title("Targets", targets.size());
        table("Targets", "pod", "address", "node", "labels");
        targets.forEach(pod -> cells(
                pod.namespace() + "/" + pod.name(),
                String.join(", ", pod.ips()),
                pod.node().orElse(""),
                labels(pod.labels())));
        end();
    }

    private static String labels(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(", "));
    }

    private void title(String title, int count) {
        page.element("h3", title + " (" + count + ")");
    }

    private void table(String name, String... heads) {
        page.open("div", "class", "scroll", "role", "region", "tabindex", "0", "aria-label", name);
        page.open("table", "class", "facts-table").open("thead").open("tr");
        for (String head : heads) {
            page.element("th", head, "scope", "col");
        }
        page.close().close().line().open("tbody").line();
    }

    private void cells(String first, String... rest) {
        page.open("tr").element("th", first, "scope", "row");
        for (String cell : rest) {
            page.element("td", cell);
        }
        page.close().line();
    }

    private void end() {
        page.close().close().close().line();
    }
}
