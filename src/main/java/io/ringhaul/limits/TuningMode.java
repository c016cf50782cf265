package io.ringhaul.limits;

/** What becomes of the parameters of a job while it runs. */
public enum TuningMode {

  /** They stay as they are, and nobody says anything of them. */
  OFF,

  /** They stay as they are; what would help is said once. */
  ADVISE,

  /**
   * They are changed, one at a time, and what makes the job faster is kept. The job begins with
   * what was set, or else with what worked for an earlier job of the same kind on the same table.
   */
  ADAPT
}
