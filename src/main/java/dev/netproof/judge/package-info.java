/** From observations to verdicts: pure, and the only place where outcomes are collapsed. */
@org.jspecify.annotations.NullMarked
package dev.netproof.judge;
