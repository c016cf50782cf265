package io.ringhaul;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.util.List;

/**
 * The tasks that a scan would run now, without running it. Another run may have others: they follow
 * the ring and the estimated size of the table.
 *
 * @param table the table, as {@code keyspace.table} in CQL form
 * @param columns the columns that an export writes, in their order; empty for a count and a read
 * @param parallelism the requests that would be in flight at the start
 * @param estimatedBytes the size of the rows to read, from the servers' estimates; 0 if they have
 *     none yet
 * @param tasks the tasks, by number
 */
public record OperationPlan(
    String table, List<Column> columns, int parallelism, long estimatedBytes, List<Task> tasks) {

  public OperationPlan {
    columns = List.copyOf(columns);
    tasks = List.copyOf(tasks);
  }

  /**
   * A column of an export.
   *
   * @param column the column, or the write time or TTL of one
   * @param targetType the type that the target gives to it in a new table or file, such as {@code
   *     decimal(38, 2)}; empty for formats of texts, and if no target is set
   */
  public record Column(ColumnDescription column, String targetType) {}

  /**
   * A part of the scan.
   *
   * @param number its number, from 0
   * @param tokens the tokens that it reads
   * @param share its share of the tokens to read, from 0 to 1
   * @param replicas the addresses of the local nodes that have all of its rows; the first one owns
   *     it
   */
  public record Task(int number, TokenRangeSet tokens, double share, List<String> replicas) {

    public Task {
      replicas = List.copyOf(replicas);
    }
  }

  /** The token ranges of all tasks. Each becomes one request or more. */
  public int ranges() {
    return tasks.stream().mapToInt(task -> task.tokens().ranges().size()).sum();
  }
}
