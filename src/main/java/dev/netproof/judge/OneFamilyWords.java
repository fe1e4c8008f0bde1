package dev.netproof.judge;

import dev.netproof.model.Expectation;
import dev.netproof.model.Family;
import dev.netproof.model.Verdict;
import java.util.Optional;

/** The words for a check that was tried over IPv4 and IPv6, and passes over one of them. */
final class OneFamilyWords {
    private final Expectation expected;
    private final Family bad;
    private final Family fine;

    /** @param bad the family that does not pass */
    OneFamilyWords(Expectation expected, Family bad) {
        this.expected = expected;
        this.bad = bad;
        this.fine = bad.other();
    }

    /** The check's verdict, with the family and what to look at. */
    Verdict with(Verdict verdict, PathDecision decisive) {
        return switch (verdict.reason()) {
            // What was denied before and since is no hole in the policies.
            case OPEN -> alone(verdict, decisive.finding().isGap() ? verdict.fix() : Optional.of(hole()));
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
                + ", or check one family alone: family: " + fine.word() + " under destinations";
    }

    private static String everything(Family family) {
        return family == Family.IPV4 ? "0.0.0.0/0" : "::/0";
    }
}
