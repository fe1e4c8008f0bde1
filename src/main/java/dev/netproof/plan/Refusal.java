package dev.netproof.plan;

import dev.netproof.model.Exit;

/**
 * A reason not to start at all.
 *
 * @param exit what the process ends with
 * @param problem where and what
 * @param fix how to fix it
 */
public record Refusal(Exit exit, String problem, String fix) {}
