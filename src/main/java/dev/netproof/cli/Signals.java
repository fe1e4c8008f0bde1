package dev.netproof.cli;

import dev.netproof.model.Exit;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Which signal ends the process. A shutdown hook is not told, and the JDK's own way to hear of signals is a class that compiles
 * with a warning which cannot be silenced: hence by reflection. Where it is missing, every signal counts as Ctrl-C.
 */
final class Signals {
    private static volatile Exit received = Exit.INTERRUPTED;

    private Signals() {}

    static Exit exit() {
        return received;
    }

    /** Remembers a SIGTERM; the JVM ends with its code, as it does without this. */
    static void listen() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object terminating = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, Signals::terminated);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("TERM"), terminating);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            // Not this JVM, or it was told to leave signals alone.
        }
    }

    private static Object terminated(Object proxy, Method method, Object[] arguments) {
        if (method.getName().equals("handle")) {
            received = Exit.TERMINATED;
            System.exit(Exit.TERMINATED.code());
        }
        // Nobody looks at what a handler returns.
        return proxy;
    }
}
