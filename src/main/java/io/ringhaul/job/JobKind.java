package io.ringhaul.job;

/** The kind of operation. */
public enum JobKind {
  EXPORT,
  IMPORT,
  DELETE,
  COUNT
}
