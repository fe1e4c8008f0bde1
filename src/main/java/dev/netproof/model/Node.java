package dev.netproof.model;

/**
 * A node of the cluster, as it describes itself. What it does not say is "unknown".
 *
 * @param kubelet the kubelet's version, such as v1.36.3
 * @param os the image of its operating system, such as "Debian GNU/Linux 12 (bookworm)"
 * @param kernel the kernel's version
 * @param runtime the container runtime and its version, such as containerd://2.1.4
 */
public record Node(String name, String kubelet, String os, String kernel, String runtime) {}
