package dev.netproof.cli;

import dev.netproof.model.Exit;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Which signal ends the process. A shutdown hook does not know, and the JDK's class for signals compiles with a warning that cannot be
 * suppressed: hence the reflection. Where the class is missing, every signal counts as Ctrl-C.
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
            // This JVM has no such class, or runs with -Xrs.
        }
    }

    private static Object terminated(Object proxy, Method method, Object[] arguments) {
        if (method.getName().equals("handle")) {
            received = Exit.TERMINATED;
            System.exit(Exit.TERMINATED.code());
        }
        // The return value of a handler is ignored.
        return proxy;
    }
}
