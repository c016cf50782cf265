package io.ringhaul.seeds;

import java.util.Random;
import java.util.function.Consumer;

/** Seeds of generated test cases: new in each run, or fixed with {@code -Dringhaul.seed=...}. */
public final class Seeds {

  private Seeds() {}

  /** Returns a seed for a test that reports it in its own failures. */
  public static long next() {
    Long given = Long.getLong("ringhaul.seed");
    return given == null ? new Random().nextLong() : given;
  }

  /**
   * Checks a property on generated cases, each with its own new seed. A failure reports the seed;
   * {@code -Dringhaul.seed=...} runs only that case.
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
      throw new AssertionError("Repeat with -Dringhaul.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
