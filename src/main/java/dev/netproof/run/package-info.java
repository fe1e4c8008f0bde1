/** The one orchestrator of plan, probe, converge, judge and report. */
@org.jspecify.annotations.NullMarked
package dev.netproof.run;
