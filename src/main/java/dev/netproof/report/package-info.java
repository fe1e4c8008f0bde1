/** One class per format, each a rendering of the same {@link dev.netproof.model.Report}. */
@org.jspecify.annotations.NullMarked
package dev.netproof.report;
