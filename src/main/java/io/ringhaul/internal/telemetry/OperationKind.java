package io.ringhaul.internal.telemetry;

/** What an operation does, as far as bottlenecks depend on it. */
public enum OperationKind {

  /** Counts rows in the cluster. */
  COUNT,

  /** Reads from the cluster and hands rows to application code. */
  READ,

  /** Reads from the cluster and writes files. */
  EXPORT,

  /** Reads files and writes to the cluster. */
  IMPORT
}
