package io.ringhaul.internal.scan;

import io.ringhaul.internal.ring.Tiling;
import io.ringhaul.internal.ring.TokenRangeGroup;
import io.ringhaul.internal.ring.TokenRangeSplitter;
import io.ringhaul.internal.ring.TokenRing;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.io.Serializable;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * What a scan reads, task by task: a value that can be printed, stored and sent elsewhere.
 *
 * @param formatVersion the version of this value's form
 * @param keyspace the keyspace's name, as stored
 * @param table the table's name, as stored
 * @param columns the names of the columns to read, as stored
 * @param tokens the part of the token space to read
 * @param tasks the tasks; together their ranges are {@code tokens}, each token once
 */
public record ScanPlan(
    int formatVersion,
    String keyspace,
    String table,
    List<String> columns,
    TokenRangeSet tokens,
    List<ScanTask> tasks)
    implements Serializable {

  private static final int FORMAT_VERSION = 2;

  /** Enough to cut a ten-thousandth of the ring well, and planned in a moment. */
  private static final int MOST_SPLITS = 100_000;

  public ScanPlan {
    columns = List.copyOf(columns);
    tasks = List.copyOf(tasks);
  }

  /**
   * Divides the ring into tasks.
   *
   * @param taskCount about how many tasks, 1 or more; there is at least one for each replica that
   *     owns a part of the ring
   * @throws io.ringhaul.exceptions.UnsupportedClusterException if the tasks would not read each
   *     token exactly once
   */
  public static ScanPlan of(
      String keyspace, String table, List<String> columns, TokenRing ring, int taskCount) {
    return of(keyspace, table, columns, TokenRangeSet.wholeRing(), ring, taskCount);
  }

  /**
   * Divides a part of the ring into tasks.
   *
   * @param tokens the part, not empty
   * @param taskCount about how many tasks, 1 or more
   * @throws io.ringhaul.exceptions.BulkOperationException if the tasks would not read each token of
   *     the part exactly once
   */
  public static ScanPlan of(
      String keyspace,
      String table,
      List<String> columns,
      TokenRangeSet tokens,
      TokenRing ring,
      int taskCount) {
    List<ScanTask> tasks = new ArrayList<>();
    for (TokenRangeGroup group : TokenRangeSplitter.split(ring, tasks(tokens, taskCount))) {
      List<TokenRange> ranges = within(tokens, group.ranges());
      if (!ranges.isEmpty()) {
        tasks.add(new ScanTask(tasks.size(), ranges, group.replicas()));
      }
    }
    ScanPlan plan = new ScanPlan(FORMAT_VERSION, keyspace, table, columns, tokens, tasks);
    Tiling.requireExactly(tokens, plan.ranges());
    return plan;
  }

  /** A part of the ring gets as many tasks as the ring would: the ring is cut finer for it. */
  private static int tasks(TokenRangeSet tokens, int taskCount) {
    BigInteger pieces = BigInteger.valueOf(tokens.ranges().size());
    if (tokens.width().compareTo(pieces.shiftLeft(1)) <= 0) {
      // Single tokens are spread over the ring, and so over its tasks.
      return taskCount;
    }
    double share = tokens.width().doubleValue() / TokenRange.wholeRing().width().doubleValue();
    return (int) Math.max(taskCount, Math.min(MOST_SPLITS, Math.ceil(taskCount / share)));
  }

  private static List<TokenRange> within(TokenRangeSet tokens, List<TokenRange> ranges) {
    if (tokens.isWholeRing()) {
      return ranges;
    }
    List<TokenRange> result = new ArrayList<>();
    for (TokenRange range : ranges) {
      result.addAll(tokens.intersect(range).ranges());
    }
    return result;
  }

  /** The ranges of all tasks, in the order of the tasks. */
  public List<TokenRange> ranges() {
    List<TokenRange> ranges = new ArrayList<>();
    tasks.forEach(task -> ranges.addAll(task.ranges()));
    return ranges;
  }
}
