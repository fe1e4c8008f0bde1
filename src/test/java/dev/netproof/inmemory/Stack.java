package dev.netproof.inmemory;

import dev.netproof.model.Family;
import java.util.List;

/** Which addresses pods and Services have, the primary one first. */
public enum Stack {
    IPV4(Family.IPV4),
    IPV6(Family.IPV6),
    DUAL(Family.IPV4, Family.IPV6);

    private final List<Family> families;

    Stack(Family... families) {
        this.families = List.of(families);
    }

    List<Family> families() {
        return families;
    }
}
