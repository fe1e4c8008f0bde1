package dev.netproof.kube;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Runs a program for what it writes, for so long and so much of it. One that does not end is killed, with all that it started. One that ends and
 * leaves a child that keeps the output open is not waited for.
 */
final class BoundedProcess {
    static final int MOST_BYTES = 1 << 20;

    /** How long what was written may take to be read when the program has ended. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    /** Children inherit it, and it stays with them when their parent is gone. */
    private static final String MARK = "NETPROOF_STARTED";

    private static final int CULLS = 3;

    /** How a program ended, and what it wrote. */
    record Ended(int status, String output) {}

    /** It was killed. The message says why, as "did not end within 2 s". */
    static final class Killed extends Exception {
        private static final long serialVersionUID = 1L;

        Killed(String why) {
            super(why);
        }
    }

    private final Duration patience;
    private final OutputStream errors;

    /** @param errors where what the program writes to standard error goes, without what must not be said */
    BoundedProcess(Duration patience, OutputStream errors) {
        this.patience = patience;
        this.errors = errors;
    }

    Ended run(ProcessBuilder builder) throws IOException, InterruptedException, Killed {
        String mark = MARK + "=" + UUID.randomUUID();
        builder.environment().put(MARK, mark.substring(MARK.length() + 1));
        long end = System.nanoTime() + patience.toNanos();
        Process process = builder.start();
        ThreadPoolExecutor readers = Threads.pool("plugin", 2);
        boolean ended = false;
        try {
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            CompletableFuture<Void> whole =
                    CompletableFuture.runAsync(() -> atMost(process.getInputStream(), output), readers);
            CompletableFuture<Void> said = CompletableFuture.runAsync(() -> pass(process.getErrorStream()), readers);
            boolean held = !isWhole(process, whole, end);
            byte[] written = output.toByteArray();
            if (written.length > MOST_BYTES) {
                throw new Killed("wrote more than " + (MOST_BYTES >> 20) + " MiB");
            }
            if (!process.waitFor(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                throw late();
            }
            // A process that holds the output open would block the reader for ever.
            ended = !held;
            wait(said);
            return new Ended(process.exitValue(), new String(written, StandardCharsets.UTF_8));
        } finally {
            readers.shutdown();
            if (!ended) {
                kill(process, mark);
            }
        }
    }

    /** Whether the output came to its end. A child that keeps it open is not waited for: the program has said what it had to say. */
    private boolean isWhole(Process process, CompletableFuture<Void> whole, long end)
            throws IOException, InterruptedException, Killed {
        try {
            CompletableFuture.anyOf(whole, process.onExit())
                    .get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (!process.isAlive()) {
                whole.get(LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS);
            }
            return true;
        } catch (ExecutionException e) {
            throw new IOException("what it writes cannot be read", e);
        } catch (TimeoutException e) {
            if (process.isAlive()) {
                throw late();
            }
            return false;
        }
    }

    private Killed late() {
        return new Killed("did not end within " + Math.max(1, patience.toSeconds()) + " s");
    }

    private static void wait(CompletableFuture<Void> said) throws InterruptedException {
        try {
            said.get(1, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // Its last words on standard error are not worth more.
        }
    }

    /** A little more than allowed is enough to know. */
    private static void atMost(InputStream in, ByteArrayOutputStream bytes) {
        try {
            byte[] some = new byte[8192];
            for (int read = in.read(some); read >= 0 && bytes.size() <= MOST_BYTES; read = in.read(some)) {
                bytes.write(some, 0, read);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void pass(InputStream from) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                errors.write((Redaction.of(line) + "\n").getBytes(StandardCharsets.UTF_8));
                errors.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void kill(Process process, String mark) {
        // A process that is asked to end may just be starting another.
        for (int cull = 0; cull < CULLS; cull++) {
            List<ProcessHandle> all = Stream.concat(
                            Stream.concat(process.descendants(), Stream.of(process.toHandle())),
                            ProcessHandle.allProcesses().filter(one -> carries(one, mark)))
                    .filter(ProcessHandle::isAlive)
                    .distinct()
                    .toList();
            if (all.isEmpty()) {
                return;
            }
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }

    /** On Linux. Elsewhere a process whose parent has ended is not found. */
    private static boolean carries(ProcessHandle process, String mark) {
        try {
            Path environment = Path.of("/proc", Long.toString(process.pid()), "environ");
            return new String(Files.readAllBytes(environment), StandardCharsets.ISO_8859_1).contains(mark);
        } catch (IOException e) {
            // Somebody else's, or gone.
            return false;
        }
    }
}
