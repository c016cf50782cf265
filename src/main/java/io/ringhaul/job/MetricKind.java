package io.ringhaul.job;

/** The two tables of metrics. */
public enum MetricKind {

  /** Progress and requests of the job: the table {@code performance_metrics}. */
  PERFORMANCE,

  /** Resources of its process and machine: the table {@code resource_usage}. */
  RESOURCE
}
