package io.ringhaul;

import io.ringhaul.schema.TokenRangeSet;
import java.util.List;

/**
 * The tasks that a scan would run now, without running it. Another run may have others: they follow
 * the ring and the estimated size of the table.
 *
 * @param table the table, as {@code keyspace.table} in CQL form
 * @param parallelism the requests that would be in flight at the start
 * @param estimatedBytes the size of the rows to read, from the servers' estimates; 0 if they have
 *     none yet
 * @param tasks the tasks, by number
 */
public record OperationPlan(String table, int parallelism, long estimatedBytes, List<Task> tasks) {

  public OperationPlan {
    tasks = List.copyOf(tasks);
  }

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
