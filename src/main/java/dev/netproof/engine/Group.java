package dev.netproof.engine;

import dev.netproof.text.Visible;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.hierarchical.Node;

/** A matrix, or a source in it. */
final class Group extends AbstractTestDescriptor implements Node<Run> {
    Group(UniqueId id, String name, TestSource source) {
        super(id, Visible.of(name), source);
    }

    @Override
    public Type getType() {
        return Type.CONTAINER;
    }
}
