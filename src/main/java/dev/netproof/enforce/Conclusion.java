package dev.netproof.enforce;

import dev.netproof.model.Enforcement.Reason;
import dev.netproof.model.Enforcement.Row;
import dev.netproof.model.Enforcement.Status;
import java.util.List;
import java.util.Optional;

/** What a row comes to, before it is known whether everything went back. */
record Conclusion(Status status, Reason reason, String seen, Optional<String> fix) {
    /** The row of a scenario that nothing was tried for. */
    Row row(Scenario scenario, String node) {
        return new Row(
                scenario.capability().id(),
                node,
                scenario.direction(),
                status,
                reason,
                seen,
                fix,
                List.of(),
                Optional.empty(),
                Optional.empty());
    }

    /** The same at a second try, with what the first one came to. */
    Conclusion after(Optional<Conclusion> first) {
        return first.map(one -> new Conclusion(
                        status, reason, seen + "; at a second try; at the first one: " + one.seen(), fix))
                .orElse(this);
    }
}
