package io.ringhaul.internal.telemetry;

/** What an operation does, as far as bottlenecks depend on it. */
public enum OperationKind {

  /** Counts rows in the cluster. */
  COUNT,

  /** Reads from the cluster and hands rows to application code. */
  READ,

  /** Reads from the cluster and writes files. */
  EXPORT,

  /** Reads a source and writes to the cluster. */
  IMPORT,

  /** Reads a source and deletes from the cluster. */
  DELETE;

  /** Whether it sends a statement for each row, instead of reading pages. */
  boolean writesRows() {
    return this == IMPORT || this == DELETE;
  }
}
