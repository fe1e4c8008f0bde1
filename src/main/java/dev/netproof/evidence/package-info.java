/** What probes and servers did in a run: append-only, asked by questions, and the same for checks and for enforcement. */
@org.jspecify.annotations.NullMarked
package dev.netproof.evidence;
