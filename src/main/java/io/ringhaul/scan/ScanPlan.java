package io.ringhaul.scan;

import io.ringhaul.ring.Tiling;
import io.ringhaul.ring.TokenRange;
import io.ringhaul.ring.TokenRangeGroup;
import io.ringhaul.ring.TokenRangeSplitter;
import io.ringhaul.ring.TokenRing;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a scan reads, task by task: a value that can be printed, stored and sent elsewhere.
 *
 * @param formatVersion the version of this value's form
 * @param keyspace the keyspace's name, as stored
 * @param table the table's name, as stored
 * @param columns the names of the columns to read, as stored
 * @param tasks the tasks; together their ranges are the whole ring, each token once
 */
public record ScanPlan(
    int formatVersion, String keyspace, String table, List<String> columns, List<ScanTask> tasks)
    implements Serializable {

  private static final int FORMAT_VERSION = 1;

  /** See the record's parameters. */
  public ScanPlan {
    columns = List.copyOf(columns);
    tasks = List.copyOf(tasks);
  }

  /**
   * Divides the ring into tasks.
   *
   * @param splitCount about how many tasks, 1 or more; there is at least one for each replica that
   *     owns a part of the ring
   * @throws io.ringhaul.exceptions.UnsupportedClusterException if the tasks would not read each
   *     token exactly once
   */
  public static ScanPlan of(
      String keyspace, String table, List<String> columns, TokenRing ring, int splitCount) {
    List<ScanTask> tasks = new ArrayList<>();
    for (TokenRangeGroup group : TokenRangeSplitter.split(ring, splitCount)) {
      tasks.add(new ScanTask(tasks.size(), group.ranges(), group.replicas()));
    }
    ScanPlan plan = new ScanPlan(FORMAT_VERSION, keyspace, table, columns, tasks);
    Tiling.requireWholeRing(plan.ranges());
    return plan;
  }

  /** The ranges of all tasks, in the order of the tasks. */
  public List<TokenRange> ranges() {
    List<TokenRange> ranges = new ArrayList<>();
    tasks.forEach(task -> ranges.addAll(task.ranges()));
    return ranges;
  }
}
