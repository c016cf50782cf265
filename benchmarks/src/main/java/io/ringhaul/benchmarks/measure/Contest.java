package io.ringhaul.benchmarks.measure;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Several ways of doing the same work in rotating order: A B C, C A B, B C A. Temporary load slows
 * all of them, so the ratio of two runs of one round is more reliable than a time.
 */
public final class Contest {

  private final String work;
  private final Map<String, Contender> contenders = new LinkedHashMap<>();

  public Contest(String work) {
    this.work = work;
  }

  /** Returns the name of the work. */
  public String work() {
    return work;
  }

  public Contest add(String name, Contender contender) {
    contenders.put(name, contender);
    return this;
  }

  /**
   * Runs all contenders in turns.
   *
   * @param warmUps unmeasured rounds
   * @param rounds measured rounds
   * @return the measurements of each contender, in the order of addition
   * @throws IllegalStateException if two contenders report different numbers of rows
   */
  public Map<String, Series> run(int warmUps, int rounds) throws Exception {
    Map<String, Series> results = new LinkedHashMap<>();
    contenders.keySet().forEach(name -> results.put(name, new Series(work, name)));
    long rows = -1;
    for (int round = -warmUps; round < rounds; round++) {
      // The order rotates, because a contender can depend on the state that its predecessor
      // leaves in the cluster.
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
