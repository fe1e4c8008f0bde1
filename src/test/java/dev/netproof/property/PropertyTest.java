package dev.netproof.property;

import static dev.netproof.property.Generator.anyOf;
import static dev.netproof.property.Generator.integers;
import static dev.netproof.property.Generator.lists;
import static dev.netproof.property.Generator.oneOf;
import static dev.netproof.property.Generator.strings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PropertyTest {
    private static final Generator<List<Integer>> NUMBERS = lists(integers(0, 1000), 0, 40);

    @Test
    void tries_as_many_values_as_asked_for() {
        assertThat(values(NUMBERS, new Property(300, 1))).hasSize(300);
    }

    @Test
    void tries_three_hundred_values_unless_told_otherwise() {
        assertThat(values(NUMBERS, Property.steeredBy(name -> null))).hasSize(300);
        assertThat(values(NUMBERS, Property.steeredBy(Map.of("netproof.tries", "20000")::get)))
                .hasSize(20_000);
    }

    @Test
    void without_a_try_nothing_holds() {
        assertThatThrownBy(() -> Property.steeredBy(Map.of("netproof.tries", "0")::get))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("netproof.tries");
    }

    @Test
    void the_same_seed_makes_the_same_values() {
        assertThat(values(NUMBERS, new Property(50, 7)))
                .isEqualTo(values(NUMBERS, new Property(50, 7)))
                .isNotEqualTo(values(NUMBERS, new Property(50, 1_000)));
    }

    @Test
    void without_a_seed_each_run_tries_other_values() {
        assertThat(values(NUMBERS, Property.steeredBy(name -> null)))
                .isNotEqualTo(values(NUMBERS, Property.steeredBy(name -> null)));
    }

    @Test
    void what_fails_is_reported_with_its_value_and_the_seed_that_makes_it_again() {
        Consumer<List<Integer>> small = list -> assertThat(list).allMatch(number -> number < 900);

        String report = failure(new Property(300, 42), NUMBERS, small).getMessage();

        Matcher seed = Pattern.compile("-Dnetproof\\.seed=(-?\\d+)").matcher(report);
        assertThat(seed.find()).isTrue();
        String again = failure(
                        Property.steeredBy(Map.of("netproof.seed", seed.group(1), "netproof.tries", "1")::get),
                        NUMBERS,
                        small)
                .getMessage();
        assertThat(again).contains("value 1 of 1");
        assertThat(line(again, "found as")).isEqualTo(line(report, "found as"));
    }

    @Test
    void what_fails_is_reduced_to_something_simple() {
        Throwable one =
                failure(new Property(300, 3), NUMBERS, list -> assertThat(list).allMatch(number -> number < 900));
        Throwable two =
                failure(new Property(300, 3), NUMBERS, list -> assertThat(list).hasSizeLessThan(2));

        assertThat(line(one.getMessage(), "simplest")).isEqualTo("[900]");
        assertThat(line(two.getMessage(), "simplest")).isEqualTo("[0, 0]");
        assertThat(one.getCause()).isInstanceOf(AssertionError.class).hasMessageContaining("900");
    }

    @Test
    void what_fails_in_another_way_is_not_taken_for_simpler() {
        Consumer<Integer> property = number -> {
            if (number == 0) {
                throw new IllegalStateException("another fault");
            }
            assertThat(number).isLessThan(50);
        };

        Throwable failure = failure(new Property(300, 5), integers(0, 100), property);

        assertThat(failure.getCause()).isInstanceOf(AssertionError.class);
        assertThat(line(failure.getMessage(), "simplest")).isEqualTo("50");
    }

    @Test
    void an_exception_is_a_failure_too() {
        assertThat(failure(new Property(1, 1), anyOf("x"), text -> {
                            throw new IllegalStateException("broken");
                        })
                        .getCause())
                .hasMessage("broken");
    }

    @Test
    void what_is_reported_is_what_was_made_and_not_what_became_of_it() {
        Throwable failure = failure(new Property(1, 1), lists(anyOf("x"), 2, 2), list -> {
            list.clear();
            throw new IllegalStateException("broken");
        });

        assertThat(line(failure.getMessage(), "found as")).isEqualTo("[\"x\", \"x\"]");
    }

    @Test
    void characters_that_cannot_be_seen_are_shown_by_their_number() {
        assertThat(Shown.text(List.of("a\n\"\u001b[2J\u202e", "\\")))
                .isEqualTo("[\"a\\n\\\"\\u001b[2J\\u202e\", \"\\\\\"]");
        assertThat(Shown.text(Map.entry("a", 1))).isEqualTo("\"a\" and 1");
    }

    @Test
    void both_bounds_are_tried_and_what_is_between() {
        assertThat(values(integers(-2, 12), new Property(300, 9)))
                .contains(-2, 12, 0, 5)
                .allMatch(number -> number >= -2 && number <= 12);
        assertThat(values(lists(anyOf("x"), 1, 40), new Property(300, 9)))
                .extracting(List::size)
                .contains(1, 2, 40)
                .anyMatch(size -> size > 4 && size < 20)
                .allMatch(size -> size >= 1 && size <= 40);
    }

    @Test
    void every_kind_is_tried() {
        assertThat(values(oneOf(anyOf(1, 2), anyOf(3)), new Property(300, 9))).contains(1, 2, 3);
    }

    @Test
    void text_is_of_any_characters() {
        List<String> texts = values(strings(200), new Property(300, 9));

        assertThat(texts).contains("").anyMatch(text -> text.length() >= 200);
        assertThat(String.join("", texts))
                .contains("a", " ", "~", "\n", "\0", "\u001b", "\u202e")
                .matches(all -> all.codePoints().anyMatch(Character::isSupplementaryCodePoint));
    }

    private static <T> List<T> values(Generator<T> generator, Property property) {
        List<T> values = new ArrayList<>();
        property.check(generator, values::add);
        return values;
    }

    private static <T> Throwable failure(Property property, Generator<T> values, Consumer<T> holds) {
        Throwable failure = catchThrowable(() -> property.check(values, holds));
        assertThat(failure).isInstanceOf(AssertionError.class);
        return failure;
    }

    private static String line(String report, String label) {
        return report.lines()
                .filter(line -> line.strip().startsWith(label))
                .map(line -> line.strip().substring(label.length()).strip())
                .findFirst()
                .orElseThrow();
    }
}
