package io.ringhaul.internal.jobstore;

import java.util.List;

/**
 * The result of a job partition when it is done.
 *
 * @param number the number of the partition
 * @param rows rows that the partition exported or wrote
 * @param bytes bytes of its outputs, or of its part of the source
 * @param rejectedRows rejected rows
 * @param outputs its outputs as texts, in the form of the target
 * @param rejectBytes the length of the job's file of rejected rows, including this partition; bytes
 *     beyond it after a crash belong to no completed partition
 */
public record Checkpoint(
    int number, long rows, long bytes, long rejectedRows, List<String> outputs, long rejectBytes) {

  public Checkpoint {
    outputs = List.copyOf(outputs);
  }
}
