package io.ringhaul.internal.operation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of a task that the cluster has refused, in little memory: a number each. Their bytes are
 * not kept: they are read again if need be. Thread-safe.
 */
final class RejectedRowNumbers {

  /** Of one task; 8 bytes each. */
  static final int MOST = 1 << 20;

  private static final int REASON_BITS = 10;
  private static final int LAST_REASON = (1 << REASON_BITS) - 1;
  private static final int FIRST_SIZE = 16;

  /** The number of the row in its task, from 1, and that of the reason below it. */
  private long[] rows = new long[FIRST_SIZE];

  private int count;
  private final List<String> reasons = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();

  /** One of them. */
  record Refused(long ordinal, String reason) {}

  /**
   * Takes a row.
   *
   * @return false if there are too many
   */
  synchronized boolean add(long ordinal, String reason) {
    if (count == MOST) {
      return false;
    }
    if (count == rows.length) {
      rows = Arrays.copyOf(rows, 2 * count);
    }
    rows[count++] = (ordinal << REASON_BITS) | number(reason);
    return true;
  }

  private int number(String reason) {
    Integer known = numbers.get(reason);
    if (known != null) {
      return known;
    }
    int number = reasons.size();
    if (number == LAST_REASON) {
      reasons.add("The cluster refuses the row, for one of too many reasons to keep them all");
    }
    if (number >= LAST_REASON) {
      return LAST_REASON;
    }
    reasons.add(reason);
    numbers.put(reason, number);
    return number;
  }

  /** Brings them into the order in which they are read; those that come later are behind them. */
  synchronized int sort() {
    Arrays.sort(rows, 0, count);
    return count;
  }

  synchronized Refused get(int index) {
    long row = rows[index];
    return new Refused(row >>> REASON_BITS, reasons.get((int) (row & LAST_REASON)));
  }

  /** Forgets the first of them. */
  synchronized void drop(int first) {
    System.arraycopy(rows, first, rows, 0, count - first);
    count -= first;
  }
}
