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
 * Changes one parameter at a time and keeps what makes the job faster. Each change is measured over
 * two to six samples beside those without it; those that follow a change at once are left out. What
 * does not help beyond the noise is taken back. Not thread-safe.
 */
final class HillClimber {

  /** Requests that are under way at a change follow the old value. */
  private static final int SETTLING = 1;

  /** After an overload: as long as it takes the nodes to work off what they have. */
  private static final int RECOVERY = 5;

  /** Samples without a change that a trial is compared with, at the least and at the most. */
  private static final int LEAST_BEFORE = 2;

  private static final int MOST_BEFORE = 6;

  /** A trial that was not measured in so many samples in a row does not stay any longer. */
  private static final int PATIENCE = 5;

  /** A bound of which less than this is used holds nobody. */
  private static final double USED = 0.5;

  /** Samples between the end of a search and a second look, which doubles each time. */
  private static final int FIRST_REST = 30;

  private static final int LONGEST_REST = 600;

  /** By so much the speed has to differ from that at the end of the search to search anew. */
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

  /** What nodes refused in these samples. */
  private long refusals;

  private @Nullable Proven proven;

  /**
   * @param held whether something else than the parameters bounds the speed
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

  /** What has proved itself at full strength, the last time that it was seen; empty if nothing. */
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

  /** Takes back what is being tried, since there is nothing more to measure it by. */
  void stop() {
    if (trial != null) {
      trial.search().refused();
      end(trial, false, trial.ended(State.REVERTED, "not measured"));
      // What holds the job may well hold it again.
      rested = baseline.mean();
      resting = FIRST_REST;
    }
  }

  /** Somebody sets a parameter, which is then left alone. */
  void leave(Parameter parameter) {
    if (trial != null) {
      end(trial, false, trial.ended(State.REVERTED, "not measured: another value was set"));
    }
    searches.stream().filter(search -> search.parameter().equals(parameter)).forEach(Search::leave);
    forget();
  }

  /**
   * A job that is held, by a limit or after an overload, or that ends says nothing of its
   * parameters; but a change that takes it to its limit does.
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

  /** Whether the bound on requests in flight, whoever sets it, is what holds the job. */
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
    // What is far from the usual value has the most to gain.
    searches.sort(Comparator.comparingDouble(Search::distance).reversed());
    for (Search search : searches) {
      OptionalLong next = search.next();
      if (next.isPresent()) {
        begin(new Trial(search, next.getAsLong(), baseline, sample.time()));
        return;
      }
    }
    if (hasChanged) {
      // What is best for one parameter depends on the others.
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

  /** Whether more is tried just now, so that it is known at once what is too much. */
  private boolean isTried() {
    return trial != null && trial.isIncrease();
  }

  /**
   * Overloads that are too few to be a sign still lower the requests in flight: where that goes on,
   * there is no job at full strength to measure.
   */
  private void giveWayIfRefused(Instant time) {
    if (refusals >= Pressure.LEAST_OVERLOADS) {
      giveWay(refusals + " requests were refused, one after the other", time);
      unmeasured = 0;
      refusals = 0;
    }
  }

  /** Halves what is too much, and does not try as much again. */
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
            String.format(Locale.ROOT, "Too much: %s", tooMuch),
            Optional.empty(),
            State.APPLIED));
  }

  private void forget() {
    baseline = new Window(MOST_BEFORE);
    best.keepLast(0);
    fresh = 0;
    proven = null;
  }

  /** What says that a job asks too much of the cluster or of its own process. */
  static final class Pressure {

    /**
     * Cassandra gives a read up after 5 s by default; who waits longer only waits for requests that
     * will fail.
     */
    private static final double MOST_LATENCY_MILLIS = 5_000;

    /** A single request that fails is no sign, nor are a few of many. */
    static final int LEAST_OVERLOADS = 2;

    private static final double OVERLOAD_SHARE = 0.01;

    /** A few slow answers are no sign. */
    private static final int LEAST_ANSWERS = 10;

    /** Of the time: a quarter of all work is lost to the collector by then. */
    private static final double MOST_GC_SHARE = 0.25;

    /** Of the heap after a collection: the next full collections come one after the other. */
    private static final double MOST_HEAP_SHARE = 0.9;

    /** One long collection is no sign. */
    private static final int TIMES = 2;

    private int full;

    /** What a collection had left when the heap was last told to be full; no news until another. */
    private long judged = -1;

    /** What was too much in this sample, for people; empty if nothing was. */
    Optional<String> of(Sample sample) {
      full = isHeapFull(sample.process()) ? full + 1 : 0;
      if (sample.overloads() >= LEAST_OVERLOADS
          && sample.overloads() >= OVERLOAD_SHARE * (sample.requests() + sample.errors())) {
        return Optional.of(
            sample.overloads() + " requests met an overloaded node or ran out of time");
      }
      if (full >= TIMES) {
        full = 0;
        judged = sample.process().heapAfterGc();
        return Optional.of("the heap is nearly full, and the collector takes too much of the time");
      }
      if (sample.latency().count() >= LEAST_ANSWERS
          && sample.latency().p99Millis() > MOST_LATENCY_MILLIS) {
        return Optional.of(
            String.format(
                Locale.ROOT,
                "one request of a hundred takes more than %.1f s",
                sample.latency().p99Millis() / 1_000));
      }
      return Optional.empty();
    }

    private boolean isHeapFull(ProcessSample process) {
      return process.gcShare() > MOST_GC_SHARE
          || (process.keptShare() > MOST_HEAP_SHARE && process.heapAfterGc() != judged);
    }
  }

  /** A change that is being measured. */
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
     * @param before the samples without it
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
      long usual = search.parameter().usual().getAsLong();
      String name = search.parameter().name();
      if (usual > 0 && search.distance() > Search.NEAR) {
        return String.format(
            Locale.ROOT,
            "%s is far from the %d that it has by default, and a step towards it may be faster",
            name,
            usual);
      }
      return isIncrease()
          ? "More of it may be faster"
          : search.parameter().preference() == Parameter.Preference.LESS
              ? "Less of it may be as fast, and asks less of the cluster"
              : "Less of it may be faster";
    }

    Search search() {
      return search;
    }

    long from() {
      return from;
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

    /** Whether it comes nearer to what is usual, which is good for most. */
    private boolean isTowardsUsual() {
      long usual = search.parameter().usual().getAsLong();
      return usual > 0 && (isIncrease() ? to <= usual : to >= usual);
    }

    /**
     * Whether it stays.
     *
     * @param best the most rows per second of all settings so far
     */
    boolean isKept(Verdict verdict, double best) {
      if (verdict == Verdict.BETTER) {
        return true;
      }
      boolean isWelcome =
          search.parameter().preference() == Parameter.Preference.LESS
              ? !isIncrease()
              : isTowardsUsual();
      // Many small losses would add up: the best is what each is compared with.
      return isWelcome && verdict == Verdict.SAME && after.mean() >= ENOUGH * best;
    }

    private static final double ENOUGH = 0.95;

    void begin() {
      search.parameter().tunable().set(to);
    }

    void takeBack() {
      search.parameter().tunable().takeBack(from);
    }

    /** As it stands while it is measured. */
    TuningEntry begun() {
      return entry(Optional.empty(), TuningEntry.State.APPLIED);
    }

    /** As it stands at its end, by what was measured. */
    TuningEntry ended(TuningEntry.State state) {
      return ended(
          state, String.format(Locale.ROOT, "%+.0f %% rows/s", 100 * Verdict.gain(before, after)));
    }

    /** As it stands at its end. */
    TuningEntry ended(TuningEntry.State state, String effect) {
      return entry(Optional.of(effect), state);
    }

    private TuningEntry entry(Optional<String> effect, TuningEntry.State state) {
      return new TuningEntry(id, time, search.parameter().name(), from, to, reason, effect, state);
    }
  }

  /** Whether a job is faster with a change than without it. */
  private enum Verdict {
    BETTER,
    SAME,
    WORSE,

    /** More samples are needed. */
    UNCLEAR;

    /** Samples with the change before anything is said. */
    static final int LEAST_SAMPLES = 2;

    /** After so many it is decided one way or the other: a minute has room for ten changes. */
    static final int MOST_SAMPLES = 6;

    /** So large a difference may be told early. */
    private static final double LARGE = 0.10;

    /** Standard errors that make an early verdict: one in several hundred is wrong. */
    private static final double SURE = 3;

    /** A gain below this is not worth a larger value. */
    private static final double WORTHWHILE = 0.04;

    /** Standard errors that make the last verdict. */
    private static final double LIKELY = 1.5;

    /** A loss of less than this is not seen by anybody. */
    private static final double TOLERABLE = 0.03;

    /**
     * What samples say.
     *
     * @param before those without the change, at least one
     * @param after those with it
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

    /** By which part the mean has grown. */
    static double gain(Window before, Window after) {
      double mean = before.mean();
      return mean == 0 ? (after.mean() > 0 ? 1 : 0) : after.mean() / mean - 1;
    }
  }
}
