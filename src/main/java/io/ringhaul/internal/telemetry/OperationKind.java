package io.ringhaul.internal.telemetry;

/** What an operation does, as far as it decides what may hold it back. */
public enum OperationKind {

  /** Asks the cluster for numbers. */
  COUNT,

  /** Reads from the cluster and hands rows to application code. */
  READ,

  /** Reads from the cluster and writes files. */
  EXPORT,

  /** Reads files and writes to the cluster. */
  IMPORT
}
