package io.ringhaul.job;

import java.util.List;

/**
 * What a partition did, at the moment at which it is done.
 *
 * @param number the partition
 * @param rows rows that it exported or wrote
 * @param bytes bytes of its outputs, or of its part of the source
 * @param rejectedRows rows that it left out
 * @param outputs what it wrote, one text each, in the target's form
 * @param rejectBytes the length of the job's file of rejected rows, this partition's included; what
 *     is behind it after a crash belongs to no partition that is done
 */
public record Checkpoint(
    int number, long rows, long bytes, long rejectedRows, List<String> outputs, long rejectBytes) {

  public Checkpoint {
    outputs = List.copyOf(outputs);
  }
}
