package dev.netproof.run;

import dev.netproof.judge.Patience;
import dev.netproof.kube.SessionTerms.Images;
import dev.netproof.plan.PlanTerms;
import java.time.Duration;

/**
 * The terms of one run.
 *
 * @param tool netproof's version
 * @param timeout of the whole run
 * @param connectTimeout of one attempt
 */
public record RunTerms(
        String tool, PlanTerms plan, Patience patience, Duration timeout, Duration connectTimeout, Images images) {}
