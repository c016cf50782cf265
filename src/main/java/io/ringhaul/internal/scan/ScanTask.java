package io.ringhaul.internal.scan;

import io.ringhaul.schema.TokenRange;
import java.io.Serializable;
import java.util.List;
import java.util.UUID;

/**
 * A group of token ranges with at least one replica in common: the unit of progress, and for an
 * export one writer.
 *
 * @param number its place in the plan, from 0
 * @param ranges what to read; ranges may wrap around the end of the ring
 * @param replicas host ids of the nodes that hold all of the ranges; the first is the task's owner
 */
public record ScanTask(int number, List<TokenRange> ranges, List<UUID> replicas)
    implements Serializable {

  public ScanTask {
    ranges = List.copyOf(ranges);
    replicas = List.copyOf(replicas);
  }
}
