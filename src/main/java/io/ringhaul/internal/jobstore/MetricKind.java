package io.ringhaul.internal.jobstore;

/** The two kinds of metrics. */
public enum MetricKind {

  /** Progress and requests of the job. */
  PERFORMANCE,

  /** Resources of its process and machine. */
  RESOURCE
}
