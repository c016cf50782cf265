package io.ringhaul.internal.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/** Finds the name that a user may have meant. */
public final class SimilarNames {

  /** Names are similar if at most one of this many characters differs. */
  private static final int LEAST_PART_THAT_DIFFERS = 3;

  private SimilarNames() {}

  /** Returns the most similar name; empty if no name is similar. */
  public static Optional<String> nearest(String misspelt, Collection<String> names) {
    return names.stream()
        .filter(name -> distance(misspelt, name) * LEAST_PART_THAT_DIFFERS <= name.length())
        .min(Comparator.comparingInt(name -> distance(misspelt, name)));
  }

  /**
   * Returns the number of insertions, deletions, replacements and swaps of neighbours between two
   * texts.
   */
  private static int distance(String from, String to) {
    int[] twoBefore = new int[to.length() + 1];
    int[] before = IntStream.rangeClosed(0, to.length()).toArray();
    for (int i = 1; i <= from.length(); i++) {
      int[] now = new int[to.length() + 1];
      now[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        boolean equal = from.charAt(i - 1) == to.charAt(j - 1);
        now[j] = Math.min(before[j - 1] + (equal ? 0 : 1), 1 + Math.min(before[j], now[j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        now[j] = swapped ? Math.min(now[j], 1 + twoBefore[j - 2]) : now[j];
      }
      twoBefore = before;
      before = now;
    }
    return before[to.length()];
  }
}
