package dev.netproof.probe;

import dev.netproof.model.Cause;
import dev.netproof.model.Outcome;
import dev.netproof.model.Sample;
import dev.netproof.plan.Attempt;
import dev.netproof.plan.ProbePod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One probe's log, read line by line. Lines without the run's nonce are somebody else's and say nothing. A round counts when its
 * end marker has come: an attempt without a line in it is a {@link Outcome#PROBE_ERROR}, never a denial, and a round in which
 * even the loop-back attempt was slow, or an attempt outlasted its own time-out, says nothing at all.
 */
public final class ProbeLog {
    /** A refusal on the pod's own loop-back takes well under a millisecond; this long, and the pod did not get to run. */
    private static final Duration STARVED = Duration.ofMillis(500);

    private static final int LONGEST_LINE = 2_000;
    private static final int LONGEST_SIGNAL = 160;

    private static final Pattern SOCKET_ERROR =
            Pattern.compile("^(\\S+) port (\\d+)(?: from \\S+ port \\d+)? failed: (.{1,80})$");

    private final ProbePod probe;
    private final String prefix;
    private final Duration timeout;
    private final Map<Integer, Round> open = new HashMap<>();
    private final Set<Integer> ended = new HashSet<>();
    private final ProbeClock clock = new ProbeClock();
    private Optional<Instant> heard = Optional.empty();

    public ProbeLog(ProbePod probe, String nonce, Duration connectTimeout) {
        this.probe = probe;
        this.prefix = nonce + " ";
        this.timeout = connectTimeout;
    }

    /** The probe runs from now on, and should soon say so. */
    public void started(Instant at) {
        heard = heard.or(() -> Optional.of(at));
    }

    /** What a line shows: mostly nothing, until it completes a round. */
    public List<ProbeFact> accept(Instant at, String line) {
        if (!line.startsWith(prefix) || line.length() > LONGEST_LINE) {
            return List.of();
        }
        String[] words = line.substring(prefix.length()).split(" ", 3);
        OptionalInt number = words.length == 3 ? whole(words[0]) : OptionalInt.empty();
        // A reopened log stream tells old rounds again.
        if (number.isEmpty() || ended.contains(number.getAsInt())) {
            return List.of();
        }
        heard = Optional.of(at);
        int round = number.getAsInt();
        if (round == 0) {
            return words[1].equals("B") ? begun(at, words[2].split(" ", 2)) : List.of();
        }
        Round state = open.computeIfAbsent(round, ignored -> new Round());
        switch (words[1]) {
            case "A" -> connection(at, round, state, words[2]);
            case "V" -> socketError(state, words[2]);
            case "D" -> answer(at, round, state, words[2]);
            case "R" -> result(at, round, state, words[2]);
            case "E" -> {
                return end(at, round, state, words[2].split(" ", 3));
            }
            default -> {}
        }
        return List.of();
    }

    /**
     * Whether the pod seems starved now: a round is overdue, or nothing has come for longer than rounds are apart.
     *
     * @param pace between the starts of two rounds
     */
    public Optional<ProbeFact.Starved> starving(Instant now, Duration pace) {
        Duration slack = STARVED.multipliedBy(2);
        Optional<Instant> overdue = open.values().stream()
                .flatMap(round -> round.began.stream())
                .map(began -> began.plus(pace).plus(timeout))
                .min(Comparator.naturalOrder())
                .filter(due -> due.plus(slack).isBefore(now));
        Optional<Instant> silent =
                heard.map(last -> last.plus(pace)).filter(due -> due.plus(slack).isBefore(now));
        return overdue.or(() -> silent).map(due -> new ProbeFact.Starved(due, now));
    }

    /** @param said the number of results of a round, and when the probe began by its own clock */
    private List<ProbeFact> begun(Instant at, String[] said) {
        Optional<Duration> written = said.length == 2 ? uptime(said[1]) : Optional.empty();
        return written.map(uptime -> datedAnew(at, uptime)).orElse(List.of());
    }

    private List<ProbeFact> datedAnew(Instant at, Duration written) {
        Duration earlier = clock.heard(at, written);
        return earlier.isZero() ? List.of() : List.of(new ProbeFact.DatedAnew(earlier));
    }

    /** @param said the number of results, and when the round began and ended by the probe's clock */
    private List<ProbeFact> end(Instant at, int round, Round state, String[] said) {
        ended.add(round);
        open.remove(round);
        Optional<Duration> began = said.length == 3 ? uptime(said[1]) : Optional.empty();
        Optional<Duration> written = said.length == 3 ? uptime(said[2]) : Optional.empty();
        List<ProbeFact> facts = new ArrayList<>();
        written.ifPresent(uptime -> facts.addAll(datedAnew(at, uptime)));
        if (!state.starved.isEmpty()) {
            facts.addAll(state.starved);
            facts.add(new ProbeFact.RoundEnded(round, ProbeFact.Weight.STARVED));
            return facts;
        }
        boolean late = began.isPresent()
                && written.filter(uptime -> clock.isLate(at, uptime)).isPresent();
        for (AttemptResult reading : results(at, round, state)) {
            facts.add(new ProbeFact.Attempted(late ? dated(reading, began.get()) : reading));
        }
        facts.add(new ProbeFact.RoundEnded(round, ProbeFact.Weight.COUNTED));
        return facts;
    }

    private AttemptResult dated(AttemptResult reading, Duration began) {
        Sample sample = reading.sample();
        Instant at = clock.date(sample.at(), began.plus(sample.elapsed()));
        return new AttemptResult(
                reading.attempt(), sample.earlier(Duration.between(at, sample.at())), reading.remoteIp());
    }

    private static Optional<Duration> uptime(String text) {
        double seconds = seconds(text);
        return seconds < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(Math.round(seconds * 1000)));
    }

    private List<AttemptResult> results(Instant at, int round, Round state) {
        List<AttemptResult> readings = new ArrayList<>(probe.attempts().size());
        for (int i = 0; i < probe.attempts().size(); i++) {
            AttemptResult reading = state.loopback ? state.readings.get(i) : null;
            readings.add(
                    reading != null
                            ? reading
                            : new AttemptResult(
                                    i,
                                    new Sample(at, Duration.ZERO, round, Outcome.PROBE_ERROR, "no result line"),
                                    Optional.empty()));
        }
        return readings;
    }

    private void connection(Instant at, int round, Round state, String rest) {
        String[] f = rest.split(" ", 9);
        if (f.length < 8) {
            return;
        }
        OptionalInt exit = whole(f[1]);
        OptionalInt connects = whole(f[5]);
        OptionalInt status = whole(f[6]);
        double lookup = seconds(f[2]);
        double connect = seconds(f[3]);
        double total = seconds(f[4]);
        if (exit.isEmpty() || connects.isEmpty() || status.isEmpty() || lookup < 0 || connect < 0 || total < 0) {
            return;
        }
        Duration elapsed = Duration.ofNanos(Math.round(total * 1e9));
        Instant began = at.minus(elapsed);
        if (took(at, elapsed, f[0], state)) {
            return;
        }
        OptionalInt index = whole(f[0]);
        if (index.isEmpty() || index.getAsInt() >= probe.attempts().size()) {
            return;
        }
        Attempt attempt = probe.attempts().get(index.getAsInt());
        var transfer = new Outcomes.Transfer(
                exit.getAsInt(),
                lookup,
                connect,
                total,
                connects.getAsInt(),
                status.getAsInt(),
                f.length > 8 ? f[8] : "");
        Optional<String> error = state.socketErrors.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(state.socketErrors.get(address(attempt)));
        Outcome outcome = Outcomes.of(attempt, transfer, error, timeout);
        Sample sample = new Sample(at, elapsed, round, outcome, signal(attempt, transfer, outcome, error, f[7]));
        state.readings.put(
                index.getAsInt(),
                new AttemptResult(
                        index.getAsInt(),
                        sample,
                        f[7].isEmpty() ? Optional.empty() : Optional.of(f[7]),
                        connect > 0
                                ? Optional.of(began.plus(Duration.ofNanos(Math.round(connect * 1e9))))
                                : Optional.empty()));
    }

    /** Notes how long an attempt took, and says whether it was the loop-back's. */
    private boolean took(Instant at, Duration elapsed, String id, Round state) {
        Instant began = at.minus(elapsed);
        state.began = state.began.filter(b -> b.isBefore(began)).or(() -> Optional.of(began));
        if (elapsed.compareTo(timeout.plus(STARVED)) > 0) {
            // Its own time-out came late: whatever it waited for, the pod did not get to run in time.
            state.starved.add(new ProbeFact.Starved(began.plus(timeout), at));
        }
        if (!id.equals(ProbeScript.LOOPBACK)) {
            return false;
        }
        state.loopback = true;
        if (elapsed.compareTo(STARVED) > 0) {
            state.starved.add(new ProbeFact.Starved(began, at));
        }
        return true;
    }

    private static String signal(
            Attempt attempt, Outcomes.Transfer transfer, Outcome outcome, Optional<String> error, String ip) {
        String text;
        if (attempt instanceof Attempt.Lookup && outcome == Outcome.CONNECTED) {
            text = "resolved";
        } else if (attempt instanceof Attempt.Http && transfer.status() > 0) {
            text = "HTTP " + transfer.status();
        } else if (outcome == Outcome.CONNECTED) {
            text = "connected" + (attempt instanceof Attempt.ByName && !ip.isEmpty() ? " to " + ip : "");
        } else if (outcome == Outcome.TIMEOUT) {
            text = "no answer (curl " + transfer.exit() + ")";
        } else {
            text = "curl " + transfer.exit() + ": "
                    + error.orElse(transfer.message().trim());
        }
        return shortened(text);
    }

    private static void socketError(Round state, String rest) {
        Matcher matcher = SOCKET_ERROR.matcher(rest);
        if (matcher.matches()) {
            state.socketErrors.put(matcher.group(1) + " " + matcher.group(2), matcher.group(3));
        }
    }

    private static String address(Attempt attempt) {
        if (attempt instanceof Attempt.Connect connect) {
            return connect.ip() + " " + connect.port();
        }
        if (attempt instanceof Attempt.Http http) {
            return http.ip() + " " + http.port();
        }
        return "";
    }

    private void answer(Instant at, int round, Round state, String rest) {
        String[] f = rest.split(" ", 5);
        OptionalInt index = f.length == 5 ? whole(f[0]) : OptionalInt.empty();
        OptionalInt status = f.length == 5 ? whole(f[1]) : OptionalInt.empty();
        if (index.isEmpty()
                || status.isEmpty()
                || index.getAsInt() >= probe.attempts().size()) {
            return;
        }
        double elapsed = seconds(f[3]) - seconds(f[2]);
        Outcome outcome = Outcomes.ofAnswer(status.getAsInt(), f[4]);
        String signal = outcome == Outcome.CONNECTED ? "answered" : lastLine(f[4]);
        state.readings.put(
                index.getAsInt(),
                new AttemptResult(
                        index.getAsInt(),
                        new Sample(
                                at,
                                Duration.ofMillis(Math.max(0, Math.round(elapsed * 1000))),
                                round,
                                outcome,
                                shortened(signal)),
                        Optional.empty()));
    }

    private void result(Instant at, int round, Round state, String rest) {
        String[] f = rest.split(" ", 7);
        double began = f.length == 7 ? seconds(f[2]) : -1;
        double ended = f.length == 7 ? seconds(f[3]) : -1;
        if (began < 0 || ended < began) {
            return;
        }
        Duration elapsed = Duration.ofNanos(Math.round((ended - began) * 1e9));
        if (took(at, elapsed, f[0], state)) {
            return;
        }
        OptionalInt index = whole(f[0]);
        if (index.isEmpty() || index.getAsInt() >= probe.attempts().size()) {
            return;
        }
        Attempt attempt = probe.attempts().get(index.getAsInt());
        Optional<Cause> cause = Errno.cause(f[1], f[5]);
        Outcome outcome = outcome(attempt, f[1], f[6]);
        state.readings.put(
                index.getAsInt(),
                new AttemptResult(
                        index.getAsInt(),
                        new Sample(at, elapsed, round, outcome, shortened(signal(attempt, outcome, cause, f)), cause),
                        f[4].equals("-") ? Optional.empty() : Optional.of(f[4])));
    }

    private static Outcome outcome(Attempt attempt, String state, String detail) {
        return switch (state) {
            case "open", "reply", "resolved" -> Outcome.CONNECTED;
            case "closed" -> Outcome.RESET;
            case "status" ->
                attempt instanceof Attempt.Http http && whole(detail).isPresent()
                        ? Outcomes.status(http, whole(detail).getAsInt())
                        : Outcome.PROBE_ERROR;
            default -> Errno.outcome(state);
        };
    }

    private static String signal(Attempt attempt, Outcome outcome, Optional<Cause> cause, String[] f) {
        String to = attempt instanceof Attempt.ByName && !f[4].equals("-") ? f[4] : "";
        return switch (f[1]) {
            case "open" -> "connected" + (to.isEmpty() ? "" : " to " + to);
            case "reply" -> "answered" + (to.isEmpty() ? "" : " by " + to) + ": " + f[6];
            case "status" -> "HTTP " + f[6];
            case "resolved" -> "resolved to " + f[4];
            case "silent" -> "no answer";
            case "closed" -> "connected, then " + f[6];
            default ->
                (f[6].isBlank() ? outcome.name() : f[6].trim())
                        + cause.map(c -> ": " + c.words()).orElse("");
        };
    }

    private static String lastLine(String answer) {
        String[] lines = answer.split("\\|", -1);
        String last = "";
        for (String line : lines) {
            if (!line.isBlank()) {
                last = line.trim();
            }
        }
        return last.isEmpty() ? "no answer" : last;
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_SIGNAL ? text : text.substring(0, LONGEST_SIGNAL - 1) + "…";
    }

    private static OptionalInt whole(String text) {
        if (text.isEmpty() || text.length() > 9 || !isOfDigits(text, false)) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(Integer.parseInt(text));
    }

    private static double seconds(String text) {
        if (text.isEmpty() || text.length() > 20 || !isOfDigits(text, true)) {
            return -1;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static boolean isOfDigits(String text, boolean withPoint) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && !(withPoint && c == '.')) {
                return false;
            }
        }
        return true;
    }

    /** What is known of a round that has not ended. */
    private static final class Round {
        private final Map<Integer, AttemptResult> readings = new HashMap<>();
        private final Map<String, String> socketErrors = new HashMap<>();
        private boolean loopback;
        private Optional<Instant> began = Optional.empty();
        private final List<ProbeFact.Starved> starved = new ArrayList<>();
    }
}
