package dev.netproof.plan;

import dev.netproof.model.Check;
import dev.netproof.model.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * A check with its paths, or with the verdict that is clear before anything starts.
 *
 * @param foregone a verdict that no probe can change: no such destination, an expired exception
 * @param doubt a verdict that replaces a PASS, because the PASS would mean nothing: nobody has the source's identity
 */
public record PlannedCheck(Check check, List<PlannedPath> paths, Optional<Verdict> foregone, Optional<Verdict> doubt) {
    public PlannedCheck {
        paths = List.copyOf(paths);
    }

    /** The same check along these paths. */
    public PlannedCheck along(List<PlannedPath> others) {
        return new PlannedCheck(check, others, foregone, doubt);
    }
}
