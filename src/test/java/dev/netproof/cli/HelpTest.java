package dev.netproof.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;

/** Every command's help shows how it is used, with command lines that work. */
class HelpTest {
    /** Of the library that reads command lines. */
    private static final List<String> NOT_OURS = List.of("generate-completion", "help");

    private static Stream<CommandLine> commands() {
        return Main.commands().getSubcommands().values().stream()
                .distinct()
                .filter(command -> !NOT_OURS.contains(command.getCommandName()));
    }

    @TestFactory
    Stream<DynamicTest> every_command_has_examples_that_are_understood() {
        return commands()
                .map(command -> DynamicTest.dynamicTest(command.getCommandName(), () -> {
                    List<String> examples = examples(command);

                    assertThat(examples)
                            .isNotEmpty()
                            .allSatisfy(
                                    example -> assertThat(example).startsWith("netproof " + command.getCommandName()));
                    examples.forEach(HelpTest::understood);
                }));
    }

    @Test
    void the_examples_of_the_whole_are_understood() {
        List<String> examples = examples(Main.commands());

        assertThat(examples).isNotEmpty();
        examples.forEach(HelpTest::understood);
    }

    /** To take all of them to pieces is a good part of what it takes to start. */
    @TestFactory
    Stream<DynamicTest> a_command_that_is_named_is_read_without_the_others_and_in_the_same_way() {
        return commands()
                .map(command -> DynamicTest.dynamicTest(command.getCommandName(), () -> {
                    CommandLine alone = Main.commandsFor(command.getCommandName(), "--help");

                    assertThat(alone.getSubcommands().values())
                            .extracting(CommandLine::getCommandName)
                            .containsOnly(command.getCommandName());
                    assertThat(alone.getSubcommands()
                                    .get(command.getCommandName())
                                    .getUsageMessage())
                            .isEqualTo(command.getUsageMessage());
                }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--help", "help", "generate-completion", "rum"})
    void who_names_no_command_is_told_of_all_of_them(String first) {
        String[] line = first.isEmpty() ? new String[0] : new String[] {first};

        assertThat(Main.commandsFor(line).getSubcommands())
                .containsOnlyKeys(Main.commands().getSubcommands().keySet());
    }

    @Test
    void every_command_is_known_by_its_names() {
        assertThat(Main.commands().getSubcommands())
                .allSatisfy((name, command) ->
                        assertThat(command.getCommandSpec().names()).contains(name, command.getCommandName()));
    }

    /** By what people look for, not by the alphabet. */
    @Test
    void the_help_of_run_begins_with_what_to_run() {
        String help = Main.commands().getSubcommands().get("run").getUsageMessage(Help.Ansi.OFF);

        assertThat(help)
                .containsSubsequence(
                        "netproof run [OPTIONS] MATRIX...",
                        "Scope:",
                        "--only",
                        "Cluster:",
                        "--context",
                        "Output:",
                        "--report",
                        "Timing:",
                        "--timeout",
                        "Images:",
                        "--mirror",
                        "Limits:",
                        "--max-checks",
                        "Other:",
                        "--help",
                        "Examples:");
    }

    @TestFactory
    Stream<DynamicTest> every_option_has_its_place_in_a_group() {
        return commands()
                .map(command -> DynamicTest.dynamicTest(command.getCommandName(), () -> {
                    List<OptionSpec> options = command.getCommandSpec().options();
                    Map<String, List<OptionSpec>> groups = HelpGroups.of(options);

                    assertThat(groups.values().stream().flatMap(List::stream))
                            .containsExactlyInAnyOrderElementsOf(options);
                    assertThat(groups.get("Other"))
                            .extracting(OptionSpec::longestName)
                            .containsExactly("--help", "--version");
                }));
    }

    private static List<String> examples(CommandLine command) {
        String[] footer = command.getCommandSpec().usageMessage().footer();
        return Arrays.stream(footer)
                .dropWhile(line -> !line.equals("Examples:"))
                .skip(1)
                .filter(line -> line.startsWith("  netproof"))
                .map(String::strip)
                .toList();
    }

    /** Without what stands behind it: an explanation after some blanks, or what the shell makes of it. */
    private static void understood(String example) {
        String line = example.split(" {2,}| >", 2)[0];
        String[] words = Arrays.stream(line.split(" ", -1)).skip(1).toArray(String[]::new);
        assertThatCode(() -> Main.commandsFor(words).parseArgs(words)).as(line).doesNotThrowAnyException();
    }
}
