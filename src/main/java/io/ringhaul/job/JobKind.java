package io.ringhaul.job;

/** What a job does. */
public enum JobKind {
  EXPORT,
  IMPORT
}
