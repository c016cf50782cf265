package io.ringhaul.internal.tuning;

import io.ringhaul.job.TuningEntry;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** A change that is being measured. */
final class Trial {

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
