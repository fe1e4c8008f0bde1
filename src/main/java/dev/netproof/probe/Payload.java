package dev.netproof.probe;

import java.util.List;
import java.util.Map;

/**
 * What a probe's container executes.
 *
 * @param command the container's command, complete
 * @param environment values that the command reads as data; none of them ever becomes code
 */
public record Payload(List<String> command, Map<String, String> environment) {
    public Payload {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }
}
