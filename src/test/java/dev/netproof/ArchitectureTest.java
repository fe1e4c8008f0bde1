package dev.netproof;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JODATIME;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.netproof.evidence.EvidenceCollector;
import dev.netproof.kube.EvidenceLoop;
import dev.netproof.kube.ProbeSession;
import dev.netproof.model.Outcome;
import dev.netproof.probe.ProbeLog;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class ArchitectureTest {
    /** From the top down: each may use what stands after it, and nothing before it. */
    static final List<String> LAYERS = List.of(
            "cli",
            "engine",
            "run",
            "enforce",
            "report",
            "kube",
            "judge",
            "evidence",
            "probe",
            "plan",
            "matrix",
            "model",
            "text");

    static final List<String> BELOW_THE_TOP = LAYERS.subList(1, LAYERS.size());

    private static final JavaClasses CODE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.netproof");

    @Test
    void every_package_has_its_place_in_the_order() {
        Set<String> packages =
                CODE.stream().map(type -> type.getPackageName().split("\\.")[2]).collect(Collectors.toSet());

        assertThat(packages).containsExactlyInAnyOrderElementsOf(LAYERS);
    }

    @ParameterizedTest
    @FieldSource("BELOW_THE_TOP")
    void a_package_uses_only_those_below_it(String layer) {
        List<String> above = LAYERS.subList(0, LAYERS.indexOf(layer));
        check(noClasses()
                .that()
                .resideInAPackage(in(layer))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(above.stream().map(ArchitectureTest::in).toArray(String[]::new)));
    }

    @Test
    void a_report_is_rendered_from_the_model_alone() {
        check(noClasses()
                .that()
                .resideInAPackage(in("report"))
                .should()
                .dependOnClassesThat(ours("report", "model", "text")));
    }

    @Test
    void the_words_of_the_model_know_no_library() {
        check(onlyUses("model", "java..", "org.jspecify.."));
    }

    @Test
    void planning_is_computed_without_contact_to_anything() {
        check(onlyUses("plan", "java.lang..", "java.util..", "java.time..", "org.jspecify..", in("model")));
    }

    @Test
    void judging_is_computed_without_contact_to_anything() {
        check(onlyUses(
                "judge",
                "java.lang..",
                "java.util..",
                "java.time..",
                "org.jspecify..",
                in("model"),
                in("plan"),
                in("evidence")));
    }

    @Test
    void evidence_is_gathered_without_contact_to_anything() {
        check(onlyUses(
                "evidence",
                "java.lang..",
                "java.util..",
                "java.time..",
                "org.jspecify..",
                in("model"),
                in("plan"),
                in("probe")));
    }

    @Test
    void only_the_kube_package_knows_the_kubernetes_client() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(in("kube"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.fabric8.."));
    }

    @Test
    void only_readers_of_matrices_and_of_kubeconfigs_know_yaml() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(in("matrix"), in("kube"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.snakeyaml.."));
    }

    @Test
    void only_the_engine_and_the_command_line_know_the_test_platform() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(in("engine"), in("cli"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.junit.."));
    }

    /** The engine runs in other people's test class paths, where neither is. */
    @Test
    void only_the_command_line_knows_what_it_alone_brings() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(in("cli"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("picocli..", "org.slf4j.simple..", "org.junit.platform.launcher.."));
    }

    @Test
    void only_the_command_line_prints() {
        JavaClasses quiet = CODE.that(DescribedPredicate.not(resideInAnyPackage(in("cli"))));

        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(quiet);
        NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(CODE);
        NO_CLASSES_SHOULD_USE_JODATIME.check(CODE);
    }

    @Test
    void nothing_sleeps() {
        check(noClasses().should().callMethod(Thread.class, "sleep", long.class));
    }

    @Test
    void what_probes_say_is_read_in_one_place() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(in("probe"))
                .and()
                .doNotHaveFullyQualifiedName(EvidenceCollector.class.getName())
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProbeLog.class));
    }

    @Test
    void one_loop_takes_the_events_of_sessions() {
        check(noClasses()
                .that()
                .areNotAssignableTo(ProbeSession.class)
                .and()
                .doNotHaveFullyQualifiedName(EvidenceLoop.class.getName())
                .should()
                .accessTargetWhere(DescribedPredicate.describe(
                        "the next event of a session is taken",
                        access -> access.getTargetOwner().isAssignableTo(ProbeSession.class)
                                && access.getName().equals("next"))));
    }

    @Test
    void what_an_outcome_means_is_decided_by_the_judge() {
        Set<String> comparing = Stream.concat(
                        Stream.of(Outcome.values()).map(Outcome::name), Stream.of("looksDenied", "reachedListener"))
                .collect(Collectors.toSet());
        check(noClasses()
                .that()
                .resideInAnyPackage(in("run"), in("enforce"), in("kube"), in("cli"), in("engine"))
                .should()
                .accessTargetWhere(DescribedPredicate.describe(
                        "an outcome is compared",
                        access -> access.getTargetOwner().isEquivalentTo(Outcome.class)
                                && comparing.contains(access.getName()))));
    }

    private static void check(ArchRule rule) {
        rule.check(CODE);
    }

    private static ArchRule onlyUses(String layer, String... packages) {
        return classes()
                .that()
                .resideInAPackage(in(layer))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(in(layer)).or(resideInAnyPackage(packages)));
    }

    private static DescribedPredicate<JavaClass> ours(String... allowed) {
        String[] packages = List.of(allowed).stream().map(ArchitectureTest::in).toArray(String[]::new);
        return resideInAnyPackage("dev.netproof..").and(DescribedPredicate.not(resideInAnyPackage(packages)));
    }

    private static String in(String layer) {
        return "dev.netproof." + layer + "..";
    }
}
