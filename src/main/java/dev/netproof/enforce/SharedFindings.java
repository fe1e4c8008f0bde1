package dev.netproof.enforce;

/** What the scenarios of one check share of each other's findings. */
final class SharedFindings {
    private boolean enforcedSomewhere;

    /** Something was seen to be enforced. */
    void enforced() {
        enforcedSomewhere = true;
    }

    boolean isEnforcedSomewhere() {
        return enforcedSomewhere;
    }
}
