package io.ringhaul.monitor;

/**
 * What a worker does at a time. A worker is in one stage or in none, so that the stages of all
 * workers never exceed workers times elapsed time. Time of threads other than workers, such as the
 * driver's, is not counted.
 */
public enum Stage {

  /** Reading the ring and planning the tasks, before there are workers. */
  PLAN,

  /** Waiting for the cluster: for a page, a count, or the last answers of an import. */
  WAIT_CLUSTER,

  /**
   * Waiting for a limit that the user set: rows or bytes per second, CPU, or the run window. A step
   * is a page or a batch.
   */
  WAIT_LIMIT,

  /** Waiting for a request slot, while as many requests as allowed are in flight. */
  WAIT_SLOT,

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
   * Writing files and forcing them to disk (export); a step is one write of a buffer. Writes of
   * Iceberg and Parquet to object stores count as {@link #ENCODE}. In an import the nodes write,
   * which takes no time of workers: see their latency.
   */
  WRITE,

  /** Storing checkpoints of tasks, and the commit at the end; a step each. */
  COMMIT
}
