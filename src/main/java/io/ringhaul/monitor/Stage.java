package io.ringhaul.monitor;

/**
 * What the workers of an operation spend their time with. A worker is in one stage at a time, or in
 * none, so that the stages of all workers never come to more than workers times elapsed time. The
 * work of threads that are no workers, the driver's among them, is not counted.
 */
public enum Stage {

  /** Finding the ring and planning the tasks; before there are workers. */
  PLAN,

  /**
   * Waiting: for a page (export) or a count, for a place among the requests in flight, for the
   * rates that are not exceeded, for the last answers (import). A step is a page or a request.
   */
  WAIT,

  /**
   * Making rows of what files hold (import); a step is a chunk of rows. An export decodes while it
   * encodes, and has none of it.
   */
  DECODE,

  /**
   * Making what the target takes of rows: a file's bytes, of a page a step (export); or statements
   * and batches, of a chunk of rows a step (import).
   */
  ENCODE,

  /**
   * Writing to files and forcing them to disk (export); a step is one write of a buffer. Files that
   * are not local count as {@link #ENCODE}. An import's writing is done by the nodes, and takes no
   * worker's time: see their latency.
   */
  WRITE,

  /**
   * Making what is done durable and visible: the checkpoint of a task, and the commit at the end; a
   * step each.
   */
  COMMIT
}
