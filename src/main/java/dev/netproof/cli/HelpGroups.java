package dev.netproof.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Layout;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Lists the options of a command in groups, those that people need first at the top. */
final class HelpGroups {
    private static final String REST = "Other";

    /** Headings, with the options below them in order. */
    private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();

    static {
        GROUPS.put(
                "Scope",
                List.of(
                        "--only",
                        "--tags",
                        "--dry-run",
                        "--live",
                        "--profile",
                        "--nodes",
                        "--host-network",
                        "--endpoints",
                        "--control-namespace",
                        "--no-canary",
                        "--allow-published",
                        "--all",
                        "--all-namespaces"));
        GROUPS.put("Cluster", List.of("--context", "--namespace", "--kubeconfig"));
        GROUPS.put("Output", List.of("--output", "--report", "--quiet", "--verbose"));
        GROUPS.put("Timing", List.of("--timeout", "--deadline", "--settle", "--stable", "--connect-timeout"));
        GROUPS.put(
                "Images", List.of("--mirror", "--pull-secret", "--curl-image", "--netshoot-image", "--server-image"));
        GROUPS.put(
                "Limits",
                List.of("--max-checks", "--max-probes", "--max-paths", "--allow-namespace", "--allow-destination"));
        GROUPS.put(REST, List.of("--help", "--version"));
    }

    private HelpGroups() {}

    /** Makes the help of this command show its options in groups. */
    static void apply(CommandLine command) {
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, HelpGroups::options);
        command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING, help -> "");
    }

    /** The options in the order of the help, by the headings that they are below. */
    static Map<String, List<OptionSpec>> of(List<OptionSpec> options) {
        Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
        List<OptionSpec> left = new ArrayList<>(options);
        left.removeIf(OptionSpec::hidden);
        GROUPS.forEach((heading, names) -> {
            List<OptionSpec> group = new ArrayList<>();
            for (String name : names) {
                left.stream()
                        .filter(option -> option.longestName().equals(name))
                        .forEach(group::add);
            }
            left.removeAll(group);
            if (heading.equals(REST)) {
                group.addAll(0, left);
            }
            if (!group.isEmpty()) {
                groups.put(heading, group);
            }
        });
        return groups;
    }

    private static String options(Help help) {
        List<OptionSpec> all = help.commandSpec().options();
        StringBuilder text = new StringBuilder();
        of(all).forEach((heading, group) -> {
            Layout layout =
                    help.createDefaultLayout(all, help.commandSpec().positionalParameters(), help.colorScheme());
            layout.addOptions(group, help.createDefaultParamLabelRenderer());
            text.append(System.lineSeparator())
                    .append(help.colorScheme().text("@|bold " + heading + ":|@"))
                    .append(System.lineSeparator())
                    .append(layout);
        });
        return text.toString();
    }
}
