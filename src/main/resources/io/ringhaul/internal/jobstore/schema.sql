-- The tables of a job store, in SQL that PostgreSQL and SQLite accept. StoreSchema has their version.
-- A checksum covers the columns above it, up to the one before.

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
  run_started TEXT,
  completed TEXT,
  run_nanos BIGINT NOT NULL,
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
);

CREATE TABLE batch_partitions (
  job_id TEXT NOT NULL REFERENCES batch_jobs (id),
  number INTEGER NOT NULL,
  token_space TEXT NOT NULL,
  unit TEXT,
  unit_checksum BIGINT NOT NULL,
  status TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  row_count BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  rejected_rows BIGINT NOT NULL,
  outputs TEXT NOT NULL,
  error TEXT,
  begun TEXT,
  ended TEXT,
  worker INTEGER,
  replica TEXT,
  state_checksum BIGINT NOT NULL,
  PRIMARY KEY (job_id, number)
);

CREATE TABLE job_metrics (
  job_id TEXT NOT NULL REFERENCES batch_jobs (id),
  kind TEXT NOT NULL,
  resolution INTEGER NOT NULL,
  time BIGINT NOT NULL,
  component TEXT NOT NULL,
  name TEXT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  partition_number INTEGER,
  context TEXT
);

-- The index is by time: values that were added together are neighbours in it. An index by name would
-- write one page for each value.
CREATE INDEX job_metrics_by_time ON job_metrics (job_id, kind, resolution, time);

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
  since BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  open BOOLEAN NOT NULL,
  PRIMARY KEY (job_id, id)
);

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
);

CREATE TABLE tuned_settings (
  subject TEXT NOT NULL PRIMARY KEY,
  parameters TEXT NOT NULL,
  rows_per_second DOUBLE PRECISION NOT NULL,
  time BIGINT NOT NULL
);

CREATE TABLE job_requests (
  job_id TEXT NOT NULL REFERENCES batch_jobs (id),
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  created BIGINT NOT NULL,
  PRIMARY KEY (job_id, id)
);

CREATE TABLE job_profiles (
  job_id TEXT NOT NULL PRIMARY KEY REFERENCES batch_jobs (id),
  id TEXT NOT NULL,
  state TEXT NOT NULL,
  seconds INTEGER NOT NULL,
  stacks TEXT,
  error TEXT
);
