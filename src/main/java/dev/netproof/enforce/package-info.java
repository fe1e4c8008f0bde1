/** Whether a cluster enforces network policies at all: phases over running probes, judged by what was seen. */
@org.jspecify.annotations.NullMarked
package dev.netproof.enforce;
