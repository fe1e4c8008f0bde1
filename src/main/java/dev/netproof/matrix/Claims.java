package dev.netproof.matrix;

import dev.netproof.model.Check;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Brings together what checks, grid and exceptions say about the same pair. */
final class Claims {
    private static final Comparator<Claim> FILE_ORDER = Comparator.<Claim>comparingInt(
                    claim -> claim.check().location().line())
            .thenComparingInt(claim -> claim.check().location().column());

    private final Diagnostics findings;
    private final LocalDate today;
    private final Demand.OfDocument demand;

    Claims(Diagnostics findings, LocalDate today, Demand.OfDocument demand) {
        this.findings = findings;
        this.today = today;
        this.demand = demand;
    }

    /**
     * One check for each pair, in the file's order; an expired exception is listed beside the check that it replaced, and
     * one that holds is followed by its guards.
     */
    List<Check> settle(List<Claim> rules, List<Claim> exceptions) {
        Map<Claim.Pair, Claim> ruled = new LinkedHashMap<>();
        rules.stream().sorted(FILE_ORDER).forEach(claim -> ruled.merge(claim.pair(), claim, this::merge));
        Map<Claim.Pair, Claim> excepted = new LinkedHashMap<>();
        exceptions.stream().sorted(FILE_ORDER).forEach(claim -> {
            Claim first = excepted.putIfAbsent(claim.pair(), claim);
            if (first != null) {
                findings.add(
                        claim.said(),
                        Problems.exceptionTwice(claim.check()),
                        first.said(),
                        "the first exception for this pair");
            }
        });
        excepted.forEach((pair, exception) -> {
            Claim rule = ruled.get(pair);
            if (rule != null && rule.check().expectation() == exception.check().expectation()) {
                findings.add(
                        exception.said(),
                        Problems.exceptionNotNeeded(exception.check()),
                        rule.said(),
                        "the check says the same");
            }
            if (rule != null && holds(exception)) {
                ruled.remove(pair);
            }
        });
        List<Claim> settled = new ArrayList<>(ruled.values());
        settled.addAll(excepted.values());
        Guards guards = new Guards(settled);
        for (Claim exception : excepted.values()) {
            if (holds(exception) && demand.admits(guards.most(exception), exception.said())) {
                settled.addAll(guards.of(exception));
            }
        }
        settled.sort(FILE_ORDER);
        return settled.stream().map(Claim::check).toList();
    }

    private boolean holds(Claim exception) {
        return exception
                .check()
                .exception()
                .filter(terms -> !today.isAfter(terms.expires()))
                .isPresent();
    }

    private Claim merge(Claim first, Claim second) {
        Check one = first.check();
        Check other = second.check();
        if (one.expectation() != other.expectation()) {
            findings.add(
                    second.said(),
                    Problems.contradiction(other, one),
                    first.said(),
                    one.expectation().participle() + " here");
            return first;
        }
        if (one.origin() == other.origin()) {
            findings.add(second.said(), Problems.repeatedCheck(other), first.said(), "the first one");
        }
        Optional<String> because = one.because().or(other::because);
        SortedSet<String> tags = new TreeSet<>(one.tags());
        tags.addAll(other.tags());
        return first.with(because, tags);
    }
}
