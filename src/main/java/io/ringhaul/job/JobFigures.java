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
}
