package io.ringhaul.internal.jobstore;

import java.util.List;

/**
 * A step from one version of the tables to the next: statements that both PostgreSQL and SQLite
 * accept. A released step is never changed; changes are new steps.
 */
public record Migration(List<String> statements) {

  /** Every step, in order; the first one makes version 1 of an empty store. */
  public static final List<Migration> ALL = List.of(first(), second());

  public Migration {
    statements = List.copyOf(statements);
  }

  private static Migration first() {
    return new Migration(
        List.of(
            """
            CREATE TABLE batch_jobs (
              id TEXT NOT NULL PRIMARY KEY,
              name TEXT NOT NULL,
              description TEXT NOT NULL,
              labels TEXT NOT NULL,
              kind TEXT NOT NULL,
              created TEXT NOT NULL,
              fingerprint TEXT NOT NULL,
              configuration TEXT NOT NULL,
              definition_checksum BIGINT NOT NULL,
              status TEXT NOT NULL,
              started TEXT,
              completed TEXT,
              total INTEGER NOT NULL,
              processed INTEGER NOT NULL,
              failed INTEGER NOT NULL,
              row_count BIGINT NOT NULL,
              rejected_rows BIGINT NOT NULL,
              reject_bytes BIGINT NOT NULL,
              run INTEGER NOT NULL,
              owner_host TEXT,
              owner_pid BIGINT,
              owner_start TEXT,
              owner_machine TEXT,
              owner_mark TEXT,
              owner_holder TEXT,
              last_seen TEXT,
              error TEXT,
              state_checksum BIGINT NOT NULL,
              plan TEXT,
              plan_checksum BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE batch_partitions (
              job_id TEXT NOT NULL REFERENCES batch_jobs (id),
              number INTEGER NOT NULL,
              status TEXT NOT NULL,
              attempt INTEGER NOT NULL,
              row_count BIGINT NOT NULL,
              bytes BIGINT NOT NULL,
              rejected_rows BIGINT NOT NULL,
              outputs TEXT NOT NULL,
              error TEXT,
              state_checksum BIGINT NOT NULL,
              token_space TEXT NOT NULL,
              unit TEXT,
              unit_checksum BIGINT NOT NULL,
              PRIMARY KEY (job_id, number)
            )
            """));
  }

  /** How jobs run, and when their partitions did; no job depends on it. */
  private static Migration second() {
    return new Migration(
        List.of(
            metrics("performance_metrics"),
            metricsIndex("performance_metrics"),
            metrics("resource_usage"),
            metricsIndex("resource_usage"),
            """
            CREATE TABLE job_bottlenecks (
              job_id TEXT NOT NULL REFERENCES batch_jobs (id),
              id TEXT NOT NULL,
              kind TEXT NOT NULL,
              component TEXT NOT NULL,
              evidence TEXT NOT NULL,
              reason TEXT NOT NULL,
              recommendation TEXT NOT NULL,
              parameter TEXT,
              value BIGINT,
              first_seen BIGINT NOT NULL,
              last_seen BIGINT NOT NULL,
              lasts INTEGER NOT NULL,
              PRIMARY KEY (job_id, id)
            )
            """,
            """
            CREATE TABLE tuning_history (
              job_id TEXT NOT NULL REFERENCES batch_jobs (id),
              id TEXT NOT NULL,
              time BIGINT NOT NULL,
              parameter TEXT NOT NULL,
              value_before BIGINT NOT NULL,
              value_after BIGINT NOT NULL,
              reason TEXT NOT NULL,
              effect TEXT,
              state TEXT NOT NULL,
              PRIMARY KEY (job_id, id)
            )
            """,
            """
            CREATE TABLE tuned_settings (
              subject TEXT NOT NULL PRIMARY KEY,
              parameters TEXT NOT NULL,
              rows_per_second DOUBLE PRECISION NOT NULL,
              time BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE job_requests (
              job_id TEXT NOT NULL REFERENCES batch_jobs (id),
              id TEXT NOT NULL,
              kind TEXT NOT NULL,
              body TEXT NOT NULL,
              created BIGINT NOT NULL,
              PRIMARY KEY (job_id, id)
            )
            """,
            """
            CREATE TABLE job_profiles (
              job_id TEXT NOT NULL PRIMARY KEY REFERENCES batch_jobs (id),
              id TEXT NOT NULL,
              state TEXT NOT NULL,
              seconds INTEGER NOT NULL,
              stacks TEXT,
              error TEXT
            )
            """,
            "ALTER TABLE batch_partitions ADD COLUMN begun TEXT",
            "ALTER TABLE batch_partitions ADD COLUMN ended TEXT",
            "ALTER TABLE batch_partitions ADD COLUMN worker INTEGER",
            "ALTER TABLE batch_partitions ADD COLUMN replica TEXT",
            "ALTER TABLE batch_partitions ADD COLUMN course_checksum BIGINT"));
  }

  private static String metrics(String table) {
    return "CREATE TABLE "
        + table
        + """
         (
          job_id TEXT NOT NULL REFERENCES batch_jobs (id),
          partition_number INTEGER,
          component TEXT NOT NULL,
          name TEXT NOT NULL,
          value DOUBLE PRECISION NOT NULL,
          time BIGINT NOT NULL,
          context TEXT,
          resolution INTEGER NOT NULL
        )
        """;
  }

  /** Values that were added together are neighbours in it: an index by name costs a page each. */
  private static String metricsIndex(String table) {
    return "CREATE INDEX " + table + "_by_time ON " + table + " (job_id, resolution, time)";
  }
}
