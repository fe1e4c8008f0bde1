/** What a probe pod executes, and how its answer is read. */
@org.jspecify.annotations.NullMarked
package dev.netproof.probe;
