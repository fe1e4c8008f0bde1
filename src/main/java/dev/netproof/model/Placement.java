package dev.netproof.model;

/** On which nodes a source's probe pods run. */
public enum Placement {
    /** Wherever the scheduler puts it. */
    ANY,
    /** One probe on every schedulable Linux node. */
    EACH,
    /** On a node that runs a backend of the destination. */
    SAME,
    /** On a node that runs no backend of the destination. */
    OTHER
}
