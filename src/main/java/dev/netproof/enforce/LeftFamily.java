package dev.netproof.enforce;

import dev.netproof.model.Family;

/**
 * A family of addresses that a scenario does not try any more.
 *
 * @param seen why, in words
 */
record LeftFamily(Family family, Why why, String seen) {
    enum Why {
        /** Not even default-deny is enforced in it. */
        OPEN,
        /** There is no connection in it even without a policy, so that nothing is proved. */
        NO_CONNECTION
    }
}
