package dev.netproof;

import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.metaAnnotatedWith;
import static com.tngtech.archunit.lang.conditions.ArchConditions.haveNameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;

/** The build runs a test class for its name: one with another name would never run, and nobody would notice. */
class TestNamesTest {
    private static final JavaClasses TESTS = new ClassFileImporter()
            .withImportOption(new ImportOption.OnlyIncludeTests())
            .importPackages("dev.netproof");

    private static final DescribedPredicate<JavaClass> HOLD_TESTS = DescribedPredicate.describe(
            "hold tests",
            type -> type.isTopLevelClass()
                    && !type.getModifiers().contains(JavaModifier.ABSTRACT)
                    && type.getAllMethods().stream().anyMatch(method -> method.isMetaAnnotatedWith(Testable.class)));

    @Test
    void every_class_with_tests_has_a_name_that_the_build_runs() {
        classes()
                .that(HOLD_TESTS)
                .should(haveNameMatching(".*(Test|Properties|Check|IT)"))
                .check(TESTS);
    }

    @Test
    void every_test_is_named_like_a_sentence() {
        methods()
                .that(metaAnnotatedWith(Testable.class))
                .should(haveWordsAsNames())
                .check(TESTS);
    }

    private static ArchCondition<JavaMethod> haveWordsAsNames() {
        return ArchCondition.from(DescribedPredicate.describe(
                "have words with _ between them as their names",
                method -> method.getName().matches("[a-z][a-z0-9_]*")));
    }

    @Test
    void the_build_runs_these_names() {
        assertThat(Tree.read("pom.xml"))
                .contains("<include>**/*Test.java</include>")
                .contains("<include>**/*Properties.java</include>")
                .contains("<include>**/*Check.java</include>");
    }
}
