package dev.netproof.kube;

import dev.netproof.plan.ProbePod;
import dev.netproof.probe.Payload;

/** Says what a probe's container executes. */
@FunctionalInterface
public interface PayloadSource {
    Payload payload(ProbePod probe, SessionTerms terms);
}
