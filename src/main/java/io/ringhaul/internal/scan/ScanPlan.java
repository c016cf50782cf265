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
 * The tasks of a scan, as a value that can be printed, stored and sent.
 *
 * @param formatVersion version of the stored form
 * @param keyspace name of the keyspace as stored, not quoted
 * @param table name of the table as stored, not quoted
 * @param columns names of the columns to read, as stored
 * @param tokens part of the token space to read
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

  /** Sufficient to cut a ten-thousandth of the ring well, and fast to plan. */
  private static final int MOST_SPLITS = 100_000;

  public ScanPlan {
    columns = List.copyOf(columns);
    tasks = List.copyOf(tasks);
  }

  /**
   * Divides the ring into tasks.
   *
   * @param taskCount approximate number of tasks, 1 or more; each replica that owns a part of the
   *     ring gets at least one
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
   * @param taskCount approximate number of tasks, 1 or more
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
    return of(keyspace, table, columns, tokens, tasks);
  }

  /**
   * Returns a plan with tasks that exist.
   *
   * @param tasks numbered from 0
   * @throws io.ringhaul.exceptions.BulkOperationException if the tasks would not read each token of
   *     the part exactly once
   */
  public static ScanPlan of(
      String keyspace,
      String table,
      List<String> columns,
      TokenRangeSet tokens,
      List<ScanTask> tasks) {
    ScanPlan plan = new ScanPlan(FORMAT_VERSION, keyspace, table, columns, tokens, tasks);
    Tiling.requireExactly(tokens, plan.ranges());
    return plan;
  }

  /**
   * Returns the number of tasks for the whole ring, so that the given part of it gets about {@code
   * taskCount} tasks.
   */
  private static int tasks(TokenRangeSet tokens, int taskCount) {
    BigInteger pieces = BigInteger.valueOf(tokens.ranges().size());
    if (tokens.width().compareTo(pieces.shiftLeft(1)) <= 0) {
      // Single tokens are distributed over the ring and so over its tasks.
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

  /** Returns the ranges of all tasks, in task order. */
  public List<TokenRange> ranges() {
    List<TokenRange> ranges = new ArrayList<>();
    tasks.forEach(task -> ranges.addAll(task.ranges()));
    return ranges;
  }
}
