package dev.netproof.probe;

import dev.netproof.model.Sample;
import java.util.Optional;

/**
 * One attempt's result, read from a probe's log.
 *
 * @param attempt the attempt's index in its probe
 * @param remoteIp the address that a connection went to, where curl says it
 */
public record Reading(int attempt, Sample sample, Optional<String> remoteIp) {}
