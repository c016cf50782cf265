package io.ringhaul.seeds;

import java.util.Random;
import java.util.function.Consumer;

/** Where generated cases come from: a fresh seed, or the one of {@code -Dringhaul.seed=...}. */
public final class Seeds {

  private Seeds() {}

  /** A seed, for a test that names it in its own failures. */
  public static long next() {
    Long given = Long.getLong("ringhaul.seed");
    return given == null ? new Random().nextLong() : given;
  }

  /**
   * Runs a law on generated cases. Each case comes from a seed of its own, fresh in every run; a
   * failure names the seed, and {@code -Dringhaul.seed=...} runs that case alone.
   */
  public static void each(int cases, Consumer<Random> law) {
    Long fixed = Long.getLong("ringhaul.seed");
    if (fixed != null) {
      run(fixed, law);
      return;
    }
    Random seeds = new Random();
    for (int i = 0; i < cases; i++) {
      run(seeds.nextLong(), law);
    }
  }

  private static void run(long seed, Consumer<Random> law) {
    try {
      law.accept(new Random(seed));
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("Run again with -Dringhaul.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
