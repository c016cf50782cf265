package io.ringhaul.limits;

/** How the parameters of a job are treated while it runs. */
public enum TuningMode {

  /** Parameters are not changed and no advice is given. */
  OFF,

  /** Parameters are not changed. Each advice is given once. */
  ADVISE,

  /**
   * Parameters are changed one at a time, and a change that makes the job faster is kept. The job
   * starts with the configured values, or else with the best values of an earlier job of the same
   * kind on the same table.
   */
  ADAPT
}
