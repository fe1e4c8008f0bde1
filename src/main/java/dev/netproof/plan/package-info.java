/** Matrix and cluster facts become probes, attempts and controls: data, computed without contact to anything. */
@org.jspecify.annotations.NullMarked
package dev.netproof.plan;
