package io.ringhaul.benchmarks.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Several ways of doing the same work, which take turns: A B C, C A B, B C A. What slows the
 * machine for a while slows all of them, so that a ratio of two runs of one round is worth more
 * than a time.
 */
public final class Contest {

  private final String work;
  private final Map<String, Contender> contenders = new LinkedHashMap<>();

  public Contest(String work) {
    this.work = work;
  }

  /** What is done. */
  public String work() {
    return work;
  }

  public Contest add(String name, Contender contender) {
    contenders.put(name, contender);
    return this;
  }

  /**
   * Lets all of them run in turns.
   *
   * @param warmUps rounds that do not count
   * @param rounds rounds that count
   * @return what was measured of each, in the order they were added
   * @throws IllegalStateException if two of them did not handle the same number of rows
   */
  public Map<String, Series> run(int warmUps, int rounds) throws Exception {
    Map<String, Series> results = new LinkedHashMap<>();
    contenders.keySet().forEach(name -> results.put(name, new Series(work, name)));
    long rows = -1;
    for (int round = -warmUps; round < rounds; round++) {
      // Each follows each other one, whose traces in the cluster it may find.
      List<Map.Entry<String, Contender>> turns = new ArrayList<>(contenders.entrySet());
      Collections.rotate(turns, round);
      for (Map.Entry<String, Contender> each : turns) {
        Measurement measured = each.getValue().run();
        System.out.printf(
            Locale.ROOT,
            "%s, %s, round %d: %,d rows in %.2f s%n",
            work,
            each.getKey(),
            round + 1,
            measured.rows(),
            measured.seconds());
        if (rows >= 0 && measured.rows() != rows) {
          throw new IllegalStateException(
              work + ": " + each.getKey() + " handled " + measured.rows() + " rows, not " + rows);
        }
        rows = measured.rows();
        if (round >= 0) {
          Objects.requireNonNull(results.get(each.getKey())).add(measured);
        }
      }
    }
    return results;
  }
}
