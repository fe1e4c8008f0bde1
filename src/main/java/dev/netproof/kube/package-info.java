/** The seam to a cluster, and the only user of the Kubernetes client. */
@org.jspecify.annotations.NullMarked
package dev.netproof.kube;
