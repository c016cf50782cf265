package io.ringhaul.job;

import java.util.List;

/**
 * A step from one version of the tables to the next one: statements that PostgreSQL and SQLite
 * understand alike. A step that a release has had is never changed; what is new is a new step.
 */
record Migration(List<String> statements) {

  /** Every step, in order; the first one makes version 1 of an empty store. */
  static final List<Migration> ALL = List.of(first());

  Migration {
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
}
