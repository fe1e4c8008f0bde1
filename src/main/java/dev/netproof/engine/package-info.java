/** Matrices as tests of the JUnit Platform: one path for the command line, build tools and IDEs. */
@org.jspecify.annotations.NullMarked
package dev.netproof.engine;
