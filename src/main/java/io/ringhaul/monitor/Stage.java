package io.ringhaul.monitor;

/**
 * What a worker does at a time. A worker is in one stage or in none, so that the stages of all
 * workers never exceed workers times elapsed time. Time of threads other than workers, such as the
 * driver's, is not counted.
 */
public enum Stage {

  /** Reading the ring and planning the tasks, before there are workers. */
  PLAN,

  /**
   * Waiting: for a page (export) or a count, for a request slot, for a rate limit, for the last
   * answers (import). A step is a page or a request.
   */
  WAIT,

  /**
   * Converting records of files to rows (import); a step is a chunk of rows. An export decodes
   * while it encodes and does not use this stage.
   */
  DECODE,

  /**
   * Converting rows to what the target needs: bytes of files, one page a step (export); or
   * statements and batches, one chunk of rows a step (import).
   */
  ENCODE,

  /**
   * Writing files and forcing them to disk (export); a step is one write of a buffer. Writes to
   * remote storage count as {@link #ENCODE}. In an import the nodes write, which takes no time of
   * workers: see their latency.
   */
  WRITE,

  /** Storing checkpoints of tasks, and the commit at the end; a step each. */
  COMMIT
}
