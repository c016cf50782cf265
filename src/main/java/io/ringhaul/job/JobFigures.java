package io.ringhaul.job;

/**
 * How far a job is.
 *
 * @param partitions how many partitions it has; 0 before it is planned
 * @param done those that are done
 * @param failed those that were given up in the last run
 * @param rows rows of the partitions that are done
 * @param rejectedRows rows that these left out
 */
public record JobFigures(int partitions, int done, int failed, long rows, long rejectedRows) {

  /** Of a job that has not begun. */
  public static final JobFigures NONE = new JobFigures(0, 0, 0, 0, 0);

  /** Returns these figures without failures: failed partitions are tried again. */
  public JobFigures withoutFailures() {
    return new JobFigures(partitions, done, 0, rows, rejectedRows);
  }

  /** Returns these figures with more pending partitions. */
  public JobFigures withMore(int more) {
    return new JobFigures(partitions + more, done, failed, rows, rejectedRows);
  }

  /** Returns these figures after the change of a partition. */
  public JobFigures after(JobPartition before, JobPartition now) {
    return new JobFigures(
        partitions,
        done - count(before, PartitionStatus.DONE) + count(now, PartitionStatus.DONE),
        failed - count(before, PartitionStatus.FAILED) + count(now, PartitionStatus.FAILED),
        rows - doneRows(before) + doneRows(now),
        rejectedRows - doneRejects(before) + doneRejects(now));
  }

  private static int count(JobPartition partition, PartitionStatus status) {
    return partition.status() == status ? 1 : 0;
  }

  private static long doneRows(JobPartition partition) {
    return partition.rows() * count(partition, PartitionStatus.DONE);
  }

  private static long doneRejects(JobPartition partition) {
    return partition.rejectedRows() * count(partition, PartitionStatus.DONE);
  }
}
