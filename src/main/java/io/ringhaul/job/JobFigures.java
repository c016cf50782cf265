package io.ringhaul.job;

/**
 * The progress of a job.
 *
 * @param partitions the number of partitions; 0 before planning
 * @param done the partitions that are done
 * @param failed the partitions that failed in the last run
 * @param rows rows of the partitions that are done
 * @param rejectedRows rejected rows of the partitions that are done
 */
public record JobFigures(int partitions, int done, int failed, long rows, long rejectedRows) {

  /** The figures of a job that has not started. */
  public static final JobFigures NONE = new JobFigures(0, 0, 0, 0, 0);

  /** Returns these figures without failures, since failed partitions are retried. */
  public JobFigures withoutFailures() {
    return new JobFigures(partitions, done, 0, rows, rejectedRows);
  }

  /** Returns these figures with more pending partitions. */
  public JobFigures withMore(int more) {
    return new JobFigures(partitions + more, done, failed, rows, rejectedRows);
  }

  /** Returns these figures after a partition changed. */
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
