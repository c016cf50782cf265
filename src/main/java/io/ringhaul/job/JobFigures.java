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
}
