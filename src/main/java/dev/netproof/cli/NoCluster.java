package dev.netproof.cli;

import dev.netproof.kube.ClusterTrouble;
import dev.netproof.model.Circumstances;
import dev.netproof.model.Exit;
import dev.netproof.model.Matrix;
import dev.netproof.model.Report;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The report of a command that found no cluster to contact: reports are written all the same. */
final class NoCluster {
    private NoCluster() {}

    static Report report(List<Matrix> matrices, ClusterTrouble trouble) {
        Instant now = Instant.now();
        return new Report(
                Version.text(),
                Optional.empty(),
                now,
                now,
                matrices,
                Circumstances.NONE,
                List.of(),
                List.of(),
                Optional.of(new Report.Breakage(String.valueOf(trouble.getMessage()), trouble.fix())),
                Report.Costs.NONE,
                Exit.NOT_JUDGED);
    }
}
