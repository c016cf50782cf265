package io.ringhaul.job;

/** Which of the two histories of a job a metric belongs to. */
public enum MetricKind {

  /** How the job gets on: the table {@code performance_metrics}. */
  PERFORMANCE,

  /** What it takes of its process and machine: the table {@code resource_usage}. */
  RESOURCE
}
