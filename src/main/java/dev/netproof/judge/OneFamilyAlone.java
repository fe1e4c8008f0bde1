package dev.netproof.judge;

import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.model.Path;
import dev.netproof.model.Verdict;
import dev.netproof.model.Verdict.Status;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The words for a check that was tried over IPv4 and IPv6, and passes over one of them. */
final class OneFamilyAlone {
    private final Expectation expected;
    private final Family bad;
    private final Family fine;

    private OneFamilyAlone(Expectation expected, Family bad) {
        this.expected = expected;
        this.bad = bad;
        this.fine = bad.other();
    }

    /**
     * Present where all that does not pass is of one family of addresses, and all of the other passes.
     *
     * @param verdicts one for each finding, in the same order
     */
    static Optional<OneFamilyAlone> of(Expectation expected, List<Finding> findings, List<Verdict> verdicts) {
        Set<Family> passing = EnumSet.noneOf(Family.class);
        Set<Family> failing = EnumSet.noneOf(Family.class);
        for (int i = 0; i < verdicts.size(); i++) {
            Path path = findings.get(i).planned().path();
            boolean passes = verdicts.get(i).status() == Status.PASS;
            if (path.kind() != Path.Kind.LOOKUP) {
                (passes ? passing : failing).add(Family.of(path.address()));
            } else if (!passes) {
                // That a name does not resolve, say, is of no family.
                return Optional.empty();
            }
        }
        passing.removeAll(failing);
        return failing.size() == 1 && !passing.isEmpty()
                ? failing.stream().findFirst().map(family -> new OneFamilyAlone(expected, family))
                : Optional.empty();
    }

    /**
     * The check's verdict, with the family and what to look at.
     *
     * @param closing the advice for what is open in every family, which is of no use here
     */
    Verdict told(Verdict verdict, String closing) {
        return switch (verdict.reason()) {
            case OPEN -> alone(verdict, verdict.fix().map(fix -> fix.equals(closing) ? hole() : fix));
            case BLOCKED -> alone(verdict, Optional.of(gap()));
            case NO_CONTROL ->
                new Verdict(verdict.status(), verdict.reason(), verdict.explanation(), Optional.of(nobody()));
            default -> verdict;
        };
    }

    private Verdict alone(Verdict verdict, Optional<String> fix) {
        return new Verdict(
                verdict.status(), verdict.reason(), verdict.explanation() + ", over " + bad.word() + " alone", fix);
    }

    private String hole() {
        return "over " + fine.word() + " it is stopped: look for an ipBlock of " + bad.word() + " addresses ("
                + everything(bad) + " is all of them) in the policies that select the destination for Ingress or the"
                + " source for Egress; if there is none, the engine does not enforce policies over " + bad.word();
    }

    private String gap() {
        return "over " + fine.word() + " it connects: see whether a rule lets it through by an ipBlock of "
                + fine.word()
                + " alone (" + everything(fine) + " matches no " + bad.word()
                + " address), and whether the engine lets " + bad.word() + " through at all";
    }

    private String nobody() {
        String listening = "let the server listen on " + bad.word() + " as well";
        return "over " + fine.word()
                + (expected.forbids()
                        ? " it is denied: " + listening + ", add a source that may reach it over " + bad.word()
                        : " it connects: " + listening)
                + ", or ask for one family alone: family: " + fine.word() + " under destinations";
    }

    private static String everything(Family family) {
        return family == Family.IPV4 ? "0.0.0.0/0" : "::/0";
    }
}
