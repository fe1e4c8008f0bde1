/** The reader: YAML to {@link dev.netproof.model.Matrix}, with diagnostics that point into the user's file. */
@org.jspecify.annotations.NullMarked
package dev.netproof.matrix;
