/** The words of netproof as immutable values. Nothing here knows Kubernetes clients, YAML, JSON or JUnit. */
@org.jspecify.annotations.NullMarked
package dev.netproof.model;
