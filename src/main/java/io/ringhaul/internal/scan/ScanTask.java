package io.ringhaul.internal.scan;

import io.ringhaul.schema.TokenRange;
import java.io.Serializable;
import java.util.List;
import java.util.UUID;

/**
 * A group of token ranges with at least one common replica: the unit of progress and, in an export,
 * of output.
 *
 * @param number position in the plan, from 0
 * @param ranges the ranges to read; ranges may wrap
 * @param replicas host ids of the nodes that hold all ranges; the first is the task's owner
 */
public record ScanTask(int number, List<TokenRange> ranges, List<UUID> replicas)
    implements Serializable {

  public ScanTask {
    ranges = List.copyOf(ranges);
    replicas = List.copyOf(replicas);
  }
}
