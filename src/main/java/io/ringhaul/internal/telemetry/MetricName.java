package io.ringhaul.internal.telemetry;

import java.util.Locale;

/** The names of the metrics that a job store keeps of samples; {@link #key()} is what it stores. */
public enum MetricName {
  ROWS,
  BYTES,
  ROWS_PER_SECOND,
  BYTES_PER_SECOND,
  COMPLETED,
  REMAINING_SECONDS,
  UNANSWERED_SECONDS,
  IN_FLIGHT,
  IN_FLIGHT_BOUND,
  QUEUE,
  PAUSED,
  RETRIES,
  ERRORS,
  RETRY_RATE,
  ERROR_RATE,
  MEAN_LATENCY_MS,
  WORKERS,
  WORKER_UTILISATION,
  PAGE_ROWS,
  PAGE_BYTES,
  BATCH_STATEMENTS,
  BATCH_BYTES,
  SECONDS,
  P50_MS,
  P99_MS,
  REQUESTS_PER_SECOND,
  VALUE,
  CPU_SHARE,
  CPU_SECONDS,
  THREADS,
  USED_BYTES,
  AFTER_GC_BYTES,
  MAX_BYTES,
  SHARE,
  PAUSE_MS,
  FREE_BYTES,
  WRITTEN_BYTES_PER_SECOND,

  /** How long a state has lasted. */
  AGE_SECONDS,

  /** A time in seconds since 1970. */
  SINCE,

  /** A time in seconds since 1970. */
  UNTIL;

  /** The component of metrics of the whole job. */
  public static final String JOB = "job";

  /** The component of metrics of one task, whose number they have. */
  public static final String TASK = "task";

  /** Start of the component of a stage's metrics. */
  public static final String STAGE = "stage:";

  /** Start of the component of a node's metrics. */
  public static final String NODE = "node:";

  /** Start of the component of a parameter that may change while the job runs. */
  public static final String TUNABLE = "tunable:";

  private final String key = name().toLowerCase(Locale.ROOT);

  /** The name in the store, in the HTTP API and for people, such as {@code rows_per_second}. */
  public String key() {
    return key;
  }
}
