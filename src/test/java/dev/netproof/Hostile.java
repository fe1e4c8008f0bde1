package dev.netproof;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Texts that try to command whoever shows or collects what is printed, and what must hold of everything that is printed. */
public final class Hostile {
    /** Each alone is an attack on a terminal, a CI runner, a bot that reads comments, a browser, a parser or a reader's eyes. */
    public static final List<String> TEXTS = List.of(
            // GitHub's and Forgejo's runners
            "::error file=a.yaml::pwned",
            "  ::stop-commands::token",
            "\u00A0::set-output name=a::b",
            "\u3000::add-mask::a",
            "\t::notice::x",
            "\n::group::x",
            "\r\n::debug::x",
            "\u0085::warning::x",
            "\u2028::error::x",
            "\u000B::save-state name=x::y",
            "%0A::error::x",
            "::dead::beef",
            "::1::x",
            "word ".repeat(23) + "::error::wrapped to where a line begins",
            "x".repeat(70) + " ::error::and again ::error::" + "y".repeat(60) + " ::error::z",
            // Azure's and TeamCity's
            "##vso[task.prependpath]/tmp/x",
            "##[command]rm -rf",
            "###[error]x",
            "see ##VSO[task.setvariable variable=a]b",
            "##teamcity[blockOpened name='x']",
            "#\u200B#vso[task.complete]x",
            "#\u202E#[group]x",
            // Terminals, and GitLab's sections
            "\u001B[0Ksection_start:1:x[collapsed=true]\r\u001B[0K",
            "\u001B]0;title\u0007",
            "\u001B[2J\u001B[31m",
            "\u009B2J",
            "\u0000\u0007\b\u007F",
            // Readers' eyes
            "\u202Etxt.exe",
            "\u2066a\u2069b\u200F",
            "zero\u200Bwidth\u200Da\u200Cb\u2060c\uFEFFd\u00ADe\uFFFEf",
            "tag\uDB40\uDC41s\u3164filler",
            // Bots that read comments, and Markdown
            "/merge",
            "   /lgtm",
            "\n/approve\n",
            "@org/team",
            "@dependabot rebase",
            "mail a@b.example GH-7 #8 !9 org/repo#10 ~label %milestone $1 &2",
            "<!-- hidden -->",
            "<img src=http://tracker.example/p.png>",
            "![x](http://tracker.example/p.png)",
            "[x](javascript:alert(1))",
            "https://phish.example www.phish.example",
            "```\n/close\n```",
            "~~~",
            "- item",
            "1. item",
            "# heading",
            "===",
            "> quote",
            "    indented",
            "| a | b |",
            "\\",
            // HTML, XML
            "</pre></details>/merge",
            "</code></script><script>alert(1)</script>",
            "\" onmouseover=\"alert(1)",
            "' onload='x",
            "]]>",
            "--> <x> &lt; &amp;",
            // Prometheus, YAML, JSON, shells, formats
            "\"} 1\nnetproof_fake{a=\"",
            "\\\"\\\n\\n",
            "...\n---\nkind: Secret",
            "!!x *alias &anchor %TAG: {[",
            "\"},{\"a\":\"",
            "$(reboot) `reboot` ; reboot '",
            "@|red x|@ %s %n ${x}");

    private static final Pattern INVISIBLE = Pattern.compile(
            "[\\x00-\\x09\\x0B-\\x1F\\x7F-\\x9F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B-\\u200F\\u2028-\\u202E"
                    + "\\u2060-\\u206F\\u3164\\uFEFF\\uFFA0\\uFFF0-\\uFFFB\\uFFFE\\uFFFF\\x{E0000}-\\x{E0FFF}]");

    /** An address such as ::1 begins with two colons and is no command, for there is no third. */
    private static final Pattern GITHUB = Pattern.compile("^\\s*::(?!\\s)[^\\n]*?::", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern AZURE_OR_TEAMCITY = Pattern.compile("##(vso|teamcity)?\\[", Pattern.CASE_INSENSITIVE);

    private Hostile() {}

    /** Each text with one of the attacks before, behind or around it: the same for the same text. */
    public static UnaryOperator<String> seeded(long seed) {
        return text -> {
            SplittableRandom random = new SplittableRandom(seed * 31 + text.hashCode());
            String attack = TEXTS.get(random.nextInt(TEXTS.size()));
            return switch (random.nextInt(3)) {
                case 0 -> attack + text;
                case 1 -> attack + " " + text + TEXTS.get(random.nextInt(TEXTS.size()));
                default -> text + " " + attack;
            };
        };
    }

    /**
     * A copy with every text in it replaced, whatever record it stands in, so that a field is covered as soon as there is one.
     *
     * @throws IllegalArgumentException for a kind of value that this does not know
     */
    @SuppressWarnings("unchecked")
    public static <T> T replaced(T value, UnaryOperator<String> by) {
        return (T) copy(value, by);
    }

    private static Object copy(Object value, UnaryOperator<String> by) {
        if (value instanceof String text) {
            return by.apply(text);
        }
        if (value instanceof Record record) {
            return record(record, by);
        }
        if (value instanceof Optional<?> optional) {
            return optional.map(one -> copy(one, by));
        }
        if (value instanceof List<?> list) {
            List<Object> copies = new ArrayList<>();
            list.forEach(one -> copies.add(copy(one, by)));
            return copies;
        }
        if (value instanceof Set<?> set) {
            Set<Object> copies = value instanceof SortedSet ? new TreeSet<>() : new LinkedHashSet<>();
            set.forEach(one -> copies.add(copy(one, by)));
            return copies;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copies = new LinkedHashMap<>();
            map.forEach((key, one) -> copies.put(copy(key, by), copy(one, by)));
            return copies;
        }
        if (value instanceof Enum
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof Duration
                || value instanceof Instant
                || value instanceof LocalDate) {
            return value;
        }
        throw new IllegalArgumentException("may hold texts: " + value.getClass());
    }

    private static Object record(Record record, UnaryOperator<String> by) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                components[i].getAccessor().setAccessible(true);
                values[i] = copy(components[i].getAccessor().invoke(record), by);
            }
            Constructor<?> constructor = record.getClass()
                    .getDeclaredConstructor(Arrays.stream(components)
                            .map(RecordComponent::getType)
                            .toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whoever prints this text, in whatever terminal or log, has printed a text and nothing else. */
    public static void assertCommandsNothing(String printed) {
        for (String line : printed.split("\n", -1)) {
            assertThat(line)
                    .doesNotContainPattern(INVISIBLE)
                    .doesNotContainPattern(GITHUB)
                    .doesNotContainPattern(AZURE_OR_TEAMCITY);
        }
    }
}
