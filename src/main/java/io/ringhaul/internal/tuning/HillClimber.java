package io.ringhaul.internal.tuning;

import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.internal.tuning.Tuner.Proven;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.job.TuningEntry.State;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Changes one parameter at a time and keeps changes that make the job faster. Each change is
 * compared over two to six samples with the samples before it; the first sample after a change is
 * skipped. A change without a gain beyond the noise is reverted. Not thread-safe.
 */
final class HillClimber {

  /** Samples skipped after a change, because requests in flight still follow the old value. */
  private static final int SETTLING = 1;

  /** Samples skipped after an overload, in which the nodes finish their queued work. */
  private static final int RECOVERY = 5;

  /** Minimum and maximum number of samples without the change that a trial is compared with. */
  private static final int LEAST_BEFORE = 2;

  private static final int MOST_BEFORE = 6;

  /** A trial is reverted after this many consecutive samples that could not be measured. */
  private static final int PATIENCE = 5;

  /** A bound of which a smaller share is used does not limit the job. */
  private static final double USED = 0.5;

  /** Samples between the end of a search and the next search; doubles each time. */
  private static final int FIRST_REST = 30;

  private static final int LONGEST_REST = 600;

  /** Relative change of speed since the end of the search that starts a new search. */
  private static final double SHIFT = 0.4;

  private final List<Search> searches;
  private final Predicate<Sample> held;
  private final Consumer<TuningEntry> history;
  private final Noise noise = new Noise();
  private final Pressure pressure = new Pressure();
  private final Window best = new Window(1);
  private Window baseline = new Window(MOST_BEFORE);
  private @Nullable Trial trial;
  private int skipped = SETTLING;
  private int fresh;
  private int resting;
  private int rest = FIRST_REST;
  private double rested;
  private boolean hasChanged;
  private int unmeasured;

  /** Overloads during the unmeasured samples. */
  private long refusals;

  private @Nullable Proven proven;

  /**
   * @param held whether something other than the parameters limits the speed
   */
  HillClimber(List<Parameter> parameters, Predicate<Sample> held, Consumer<TuningEntry> history) {
    this.searches = new ArrayList<>(parameters.stream().map(Search::new).toList());
    this.held = held;
    this.history = history;
  }

  void sampled(Sample sample) {
    boolean isSettling = skipped > 0;
    if (isSettling) {
      skipped--;
    }
    Optional<String> tooMuch = pressure.of(sample);
    if (tooMuch.isPresent() && (!isSettling || isTried())) {
      giveWay(tooMuch.get(), sample.time());
      return;
    }
    if (isSettling) {
      return;
    }
    if (!isMeasured(sample)) {
      unmeasured++;
      refusals += sample.overloads();
      if (unmeasured >= PATIENCE) {
        stop();
        giveWayIfRefused(sample.time());
      }
      return;
    }
    unmeasured = 0;
    refusals = 0;
    if (trial == null) {
      unchanged(sample);
    } else {
      changed(trial, sample);
    }
  }

  /**
   * The best values found by the search, as of the last measured sample; empty if there are none.
   */
  Optional<Proven> proven() {
    return Optional.ofNullable(proven).filter(each -> !each.values().isEmpty());
  }

  private void prove() {
    Map<String, Long> values = new LinkedHashMap<>();
    for (Search search : searches) {
      if (search.isOwn()) {
        values.put(search.parameter().name(), search.parameter().value());
      }
    }
    proven = new Proven(values, baseline.mean());
  }

  /** Reverts the current trial, because it can no longer be measured. */
  void stop() {
    if (trial != null) {
      trial.search().refused();
      end(trial, false, trial.ended(State.REVERTED, "not measured"));
      // The same limit may apply again, so wait before the next trial.
      rested = baseline.mean();
      resting = FIRST_REST;
    }
  }

  /** Stops tuning a parameter, because a user sets it. */
  void leave(Parameter parameter) {
    if (trial != null) {
      end(trial, false, trial.ended(State.REVERTED, "not measured: another value was set"));
    }
    searches.stream().filter(search -> search.parameter().equals(parameter)).forEach(Search::leave);
    forget();
  }

  /**
   * Whether a sample is measured. The speed of a job that is limited, recovering or ending does not
   * depend on its parameters. Samples of a trial count even if the trial takes the job to a limit.
   */
  private boolean isMeasured(Sample sample) {
    if (sample.paused()
        || sample.progress().rows() == sample.progress().earlierRows()
        || sample.isEnding()
        || (trial == null && held.test(sample))) {
      return false;
    }
    return searches.stream()
        .map(Search::parameter)
        .filter(parameter -> parameter.name().equals(Tunable.IN_FLIGHT))
        .allMatch(parameter -> sample.inFlightBound() >= parameter.value() || !isBinding(sample));
  }

  /** Whether the bound on requests in flight limits the job. */
  private static boolean isBinding(Sample sample) {
    return sample.inFlight() >= USED * sample.inFlightBound();
  }

  private void unchanged(Sample sample) {
    if (baseline.count() > 0 && fresh > 0) {
      noise.add(baseline.last(), sample.rowsPerSecond());
    }
    baseline.add(sample.rowsPerSecond());
    fresh++;
    if (fresh < LEAST_BEFORE) {
      return;
    }
    prove();
    if (resting > 0) {
      resting--;
      if (!isShifted()) {
        return;
      }
      reopen(Search.NEAR);
    }
    // Parameters far from their usual value have the most to gain.
    searches.sort(Comparator.comparingDouble(Search::distance).reversed());
    for (Search search : searches) {
      OptionalLong next = search.next();
      if (next.isPresent()) {
        begin(new Trial(search, next.getAsLong(), baseline, sample.time()));
        return;
      }
    }
    if (hasChanged) {
      // The best value of one parameter depends on the others: search again.
      hasChanged = false;
      searches.forEach(search -> search.reopen(Search.NEAR));
      return;
    }
    rested = baseline.mean();
    resting = rest;
    rest = Math.min(LONGEST_REST, 2 * rest);
    searches.forEach(search -> search.reopen(Search.FINE));
  }

  private boolean isShifted() {
    return fresh >= MOST_BEFORE && rested > 0 && Math.abs(baseline.mean() / rested - 1) > SHIFT;
  }

  private void reopen(double step) {
    resting = 0;
    rest = FIRST_REST;
    best.keepLast(0);
    searches.forEach(search -> search.reopen(step));
  }

  private void begin(Trial begun) {
    remember(baseline);
    trial = begun;
    begun.begin();
    skipped = SETTLING;
    history.accept(begun.begun());
  }

  private void changed(Trial running, Sample sample) {
    if (running.after().count() > 0) {
      noise.add(running.after().last(), sample.rowsPerSecond());
    }
    running.after().add(sample.rowsPerSecond());
    Verdict verdict = Verdict.of(running.before(), running.after(), noise);
    if (verdict == Verdict.UNCLEAR) {
      return;
    }
    boolean kept = running.isKept(verdict, best.mean());
    end(running, kept, running.ended(kept ? State.APPLIED : State.REVERTED));
    if (kept) {
      rest = FIRST_REST;
      hasChanged = true;
      remember(running.after());
      prove();
    } else {
      running.search().refused();
    }
  }

  private void end(Trial ended, boolean kept, TuningEntry entry) {
    trial = null;
    fresh = kept ? LEAST_BEFORE : 0;
    if (kept) {
      baseline = ended.after();
    } else {
      ended.takeBack();
      baseline.keepLast(MOST_BEFORE / 2);
      skipped = SETTLING;
    }
    history.accept(entry);
  }

  private void remember(Window window) {
    if (window.mean() > best.mean()) {
      best.add(window.mean());
    }
  }

  /** Whether the current trial is an increase, which is then the likely cause of an overload. */
  private boolean isTried() {
    return trial != null && trial.isIncrease();
  }

  /**
   * Gives way after repeated overloads in unmeasured samples. Each of them is too small to be a
   * sign, but together they keep the sender below its bound, so that no sample can be measured.
   */
  private void giveWayIfRefused(Instant time) {
    if (refusals >= Pressure.LEAST_OVERLOADS) {
      giveWay(refusals + " requests were rejected in consecutive samples", time);
      unmeasured = 0;
      refusals = 0;
    }
  }

  /**
   * Reverts an increase, or else halves the requests in flight, and does not try as high a value
   * again.
   */
  private void giveWay(String tooMuch, Instant time) {
    if (trial != null && isTried()) {
      Trial refused = trial;
      refused.search().overloaded(refused.to());
      end(refused, false, refused.ended(State.REVERTED, tooMuch));
    } else {
      if (trial != null) {
        end(trial, false, trial.ended(State.REVERTED, tooMuch));
      }
      searches.stream()
          .filter(search -> search.parameter().name().equals(Tunable.IN_FLIGHT))
          .forEach(search -> halve(search, tooMuch, time));
    }
    forget();
    skipped = RECOVERY;
  }

  private void halve(Search search, String tooMuch, Instant time) {
    Parameter parameter = search.parameter();
    long before = parameter.value();
    long after = parameter.within(before / 2);
    if (after == before) {
      return;
    }
    parameter.tunable().set(after);
    search.halved(before);
    history.accept(
        new TuningEntry(
            UUID.randomUUID().toString(),
            time,
            parameter.name(),
            before,
            after,
            String.format(Locale.ROOT, "Overload: %s", tooMuch),
            Optional.empty(),
            State.APPLIED));
  }

  private void forget() {
    baseline = new Window(MOST_BEFORE);
    best.keepLast(0);
    fresh = 0;
    proven = null;
  }

  /** Detects that a job overloads the cluster or its own process. */
  static final class Pressure {

    /** Cassandra's default read timeout is 5 s; requests that wait longer fail. */
    private static final double MOST_LATENCY_MILLIS = 5_000;

    /** Minimum number of overloads; a single failed request is no sign. */
    static final int LEAST_OVERLOADS = 2;

    private static final double OVERLOAD_SHARE = 0.01;

    /** Minimum number of responses; a few slow ones are no sign. */
    private static final int LEAST_ANSWERS = 10;

    /** Maximum share of time in garbage collection. */
    private static final double MOST_GC_SHARE = 0.25;

    /**
     * Maximum share of heap in use after a collection; above it, full collections follow each
     * other.
     */
    private static final double MOST_HEAP_SHARE = 0.9;

    /** Consecutive samples with a full heap; one long collection is no sign. */
    private static final int TIMES = 2;

    private int full;

    /**
     * Bytes in use after the collection by which the heap was last reported as full; the same value
     * is not reported again.
     */
    private long judged = -1;

    /** Describes the overload in this sample; empty if there is none. */
    Optional<String> of(Sample sample) {
      full = isHeapFull(sample.process()) ? full + 1 : 0;
      if (sample.overloads() >= LEAST_OVERLOADS
          && sample.overloads() >= OVERLOAD_SHARE * (sample.requests() + sample.errors())) {
        return Optional.of(sample.overloads() + " requests met an overloaded node or timed out");
      }
      if (full >= TIMES) {
        full = 0;
        judged = sample.process().heapAfterGc();
        return Optional.of("the heap is nearly full, or garbage collection takes too much time");
      }
      if (sample.latency().count() >= LEAST_ANSWERS
          && sample.latency().p99Millis() > MOST_LATENCY_MILLIS) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "the 99th percentile of the latency is above %.1f s",
                sample.latency().p99Millis() / 1_000));
      }
      return Optional.empty();
    }

    private boolean isHeapFull(ProcessSample process) {
      return process.gcShare() > MOST_GC_SHARE
          || (process.keptShare() > MOST_HEAP_SHARE && process.heapAfterGc() != judged);
    }
  }

  /** A change under measurement. */
  private static final class Trial {

    private final Search search;
    private final long from;
    private final long to;
    private final Window before;
    private final Window after = new Window(Verdict.MOST_SAMPLES);
    private final String id = UUID.randomUUID().toString();
    private final Instant time;
    private final String reason;

    /**
     * @param before the samples without the change
     */
    Trial(Search search, long to, Window before, Instant time) {
      this.search = search;
      this.from = search.parameter().value();
      this.to = to;
      this.before = before;
      this.time = time;
      this.reason = reason();
    }

    private String reason() {
      if (search.distance() > Search.NEAR) {
        return search.parameter().farFromUsual() + ", and a step towards the default may be faster";
      }
      return isIncrease()
          ? "A larger value may be faster"
          : search.parameter().preference() == Parameter.Preference.LESS
              ? "A smaller value may be as fast and puts less load on the cluster"
              : "A smaller value may be faster";
    }

    Search search() {
      return search;
    }

    long to() {
      return to;
    }

    Window before() {
      return before;
    }

    Window after() {
      return after;
    }

    boolean isIncrease() {
      return to > from;
    }

    /** Whether the change is a step towards the usual value. */
    private boolean isTowardsUsual() {
      long usual = search.parameter().usual().getAsLong();
      return usual > 0 && (isIncrease() ? to <= usual : to >= usual);
    }

    /**
     * Whether the change is kept.
     *
     * @param best the highest rows per second of all settings so far
     */
    boolean isKept(Verdict verdict, double best) {
      if (verdict == Verdict.BETTER) {
        return true;
      }
      boolean isWelcome =
          search.parameter().preference() == Parameter.Preference.LESS
              ? !isIncrease()
              : isTowardsUsual();
      // Compared with the best, because small losses of several changes would add up.
      return isWelcome && verdict == Verdict.SAME && after.mean() >= ENOUGH * best;
    }

    private static final double ENOUGH = 0.95;

    void begin() {
      search.parameter().tunable().set(to);
    }

    void takeBack() {
      search.parameter().tunable().takeBack(from);
    }

    /** Returns the history entry while the change is measured. */
    TuningEntry begun() {
      return entry(Optional.empty(), TuningEntry.State.APPLIED);
    }

    /** Returns the final history entry with the measured effect. */
    TuningEntry ended(TuningEntry.State state) {
      return ended(
          state, String.format(Locale.ROOT, "%+.0f %% rows/s", 100 * Verdict.gain(before, after)));
    }

    /** Returns the final history entry. */
    TuningEntry ended(TuningEntry.State state, String effect) {
      return entry(Optional.of(effect), state);
    }

    private TuningEntry entry(Optional<String> effect, TuningEntry.State state) {
      return new TuningEntry(id, time, search.parameter().name(), from, to, reason, effect, state);
    }
  }

  /** The result of a comparison of a job with and without a change. */
  private enum Verdict {
    BETTER,
    SAME,
    WORSE,

    /** More samples are needed. */
    UNCLEAR;

    /** Minimum samples with the change before a verdict. */
    static final int LEAST_SAMPLES = 2;

    /** Samples after which a verdict is always given, so that a minute has room for ten changes. */
    static final int MOST_SAMPLES = 6;

    /** Minimum relative difference for an early verdict. */
    private static final double LARGE = 0.10;

    /** Standard errors for an early verdict; about one in several hundred is wrong. */
    private static final double SURE = 3;

    /** Minimum relative gain of the final verdict. */
    private static final double WORTHWHILE = 0.04;

    /** Standard errors for the final verdict. */
    private static final double LIKELY = 1.5;

    /** A smaller relative loss counts as no difference. */
    private static final double TOLERABLE = 0.03;

    /**
     * Compares samples.
     *
     * @param before samples without the change, at least one
     * @param after samples with the change
     */
    static Verdict of(Window before, Window after, Noise noise) {
      if (after.count() < LEAST_SAMPLES) {
        return UNCLEAR;
      }
      double gain = gain(before, after);
      double error = noise.error(before.count(), after.count());
      if (Math.abs(gain) > Math.max(LARGE, SURE * error)) {
        return gain > 0 ? BETTER : WORSE;
      }
      if (after.count() < MOST_SAMPLES) {
        return UNCLEAR;
      }
      if (gain > Math.max(WORTHWHILE, LIKELY * error)) {
        return BETTER;
      }
      return gain < -TOLERABLE ? WORSE : SAME;
    }

    /** The relative growth of the mean. */
    static double gain(Window before, Window after) {
      double mean = before.mean();
      return mean == 0 ? (after.mean() > 0 ? 1 : 0) : after.mean() / mean - 1;
    }
  }
}
