package io.ringhaul.seeds;

import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Seeds of generated test cases.
 *
 * <p>Each test class draws the same seeds in every run, so that a change alone decides whether the
 * gate passes. {@code -Dringhaul.seeds=fresh} draws new ones, as the profile {@code nightly} does;
 * {@code -Dringhaul.seed=N} repeats the case of a failure.
 */
public final class Seeds {

  private static final Map<String, Random> GENERATORS = new ConcurrentHashMap<>();

  private Seeds() {}

  /** Returns a seed for a test that reports it in its own failures. */
  public static long next() {
    Long given = Long.getLong("ringhaul.seed");
    return given == null ? ofCaller().nextLong() : given;
  }

  /**
   * Checks a property on generated cases, each with its own seed. A failure reports the seed;
   * {@code -Dringhaul.seed=...} runs only that case.
   */
  public static void each(int cases, Consumer<Random> law) {
    Long fixed = Long.getLong("ringhaul.seed");
    if (fixed != null) {
      run(fixed, law);
      return;
    }
    Random seeds = ofCaller();
    for (int i = 0; i < cases; i++) {
      run(seeds.nextLong(), law);
    }
  }

  private static Random ofCaller() {
    String caller =
        StackWalker.getInstance()
            .walk(
                frames ->
                    frames
                        .map(StackWalker.StackFrame::getClassName)
                        .filter(name -> !name.equals(Seeds.class.getName()))
                        .findFirst()
                        .orElseThrow());
    return GENERATORS.computeIfAbsent(
        caller,
        name ->
            "fresh".equals(System.getProperty("ringhaul.seeds"))
                ? new Random()
                : new Random(name.hashCode()));
  }

  private static void run(long seed, Consumer<Random> law) {
    try {
      law.accept(new Random(seed));
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("Repeat with -Dringhaul.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
