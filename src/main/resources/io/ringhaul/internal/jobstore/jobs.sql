-- The statements on jobs and their partitions. Each follows a line with two hyphens and its name;
-- other comments stand above the first one.

-- findJob
SELECT * FROM batch_jobs WHERE id = :job

-- allJobs
SELECT * FROM batch_jobs ORDER BY created DESC, id

-- latestJobs
SELECT * FROM batch_jobs
WHERE status IN ('PENDING', 'RUNNING', 'STOPPING')
  OR id IN (SELECT id FROM batch_jobs ORDER BY created DESC, id LIMIT :most)
ORDER BY created DESC, id

-- jobIds
SELECT id FROM batch_jobs ORDER BY created DESC, id

-- jobsUnderWay
SELECT id, name FROM batch_jobs
WHERE status IN ('RUNNING', 'STOPPING') AND last_seen >= :since AND id <> :job

-- lockJob
UPDATE batch_jobs SET run = run WHERE id = :job
RETURNING status, started, run_started, completed, run_nanos, total, processed, failed, row_count,
  rejected_rows, reject_bytes, run, owner_host, owner_pid, owner_start, owner_machine, owner_mark, owner_holder,
  last_seen, error, state_checksum

-- insertJob
INSERT INTO batch_jobs (
  id, name, description, labels, kind, created, fingerprint, configuration, definition_checksum,
  plan, plan_checksum,
  status, started, run_started, completed, run_nanos, total, processed, failed, row_count,
  rejected_rows, reject_bytes, run, owner_host, owner_pid, owner_start, owner_machine, owner_mark, owner_holder,
  last_seen, error, state_checksum)
VALUES (
  :id, :name, :description, :labels, :kind, :created, :fingerprint, :configuration,
  :definition_checksum,
  :plan, :plan_checksum,
  :status, :started, :run_started, :completed, :run_nanos, :total, :processed, :failed, :row_count,
  :rejected_rows, :reject_bytes, :run, :owner_host, :owner_pid, :owner_start, :owner_machine, :owner_mark,
  :owner_holder, :last_seen, :error, :state_checksum)

-- redefineJob
UPDATE batch_jobs SET
  name = :name, description = :description, labels = :labels, kind = :kind, created = :created,
  fingerprint = :fingerprint, configuration = :configuration,
  definition_checksum = :definition_checksum
WHERE id = :id

-- updateJob
UPDATE batch_jobs SET
  status = :status, started = :started, run_started = :run_started,
  completed = :completed, run_nanos = :run_nanos, total = :total,
  processed = :processed, failed = :failed, row_count = :row_count,
  rejected_rows = :rejected_rows, reject_bytes = :reject_bytes, run = :run,
  owner_host = :owner_host, owner_pid = :owner_pid, owner_start = :owner_start,
  owner_machine = :owner_machine, owner_mark = :owner_mark, owner_holder = :owner_holder,
  last_seen = :last_seen, error = :error, state_checksum = :state_checksum
WHERE id = :job

-- updatePlan
UPDATE batch_jobs SET plan = :plan, plan_checksum = :plan_checksum WHERE id = :job

-- deleteJob
DELETE FROM batch_jobs WHERE id = :job

-- allPartitions
SELECT * FROM batch_partitions WHERE job_id = :job ORDER BY number

-- findPartition
SELECT * FROM batch_partitions WHERE job_id = :job AND number = :number

-- partitionsOfStatus
SELECT * FROM batch_partitions WHERE job_id = :job AND status = :status

-- insertPartition
INSERT INTO batch_partitions (
  job_id, number, token_space, unit, unit_checksum,
  status, attempt, row_count, bytes, rejected_rows, outputs, error, begun, ended, worker, replica,
  state_checksum)
VALUES (
  :job, :number, :token_space, :unit, :unit_checksum,
  :status, :attempt, :row_count, :bytes, :rejected_rows, :outputs, :error, :begun, :ended, :worker,
  :replica, :state_checksum)

-- updatePartition
UPDATE batch_partitions SET
  status = :status, attempt = :attempt, row_count = :row_count, bytes = :bytes,
  rejected_rows = :rejected_rows, outputs = :outputs, error = :error, begun = :begun,
  ended = :ended, worker = :worker, replica = :replica, state_checksum = :state_checksum
WHERE job_id = :job AND number = :number

-- updateUnit
UPDATE batch_partitions SET
  token_space = :token_space, unit = :unit, unit_checksum = :unit_checksum
WHERE job_id = :job AND number = :number

-- deleteOpenPartitions
DELETE FROM batch_partitions WHERE job_id = :job AND status <> 'DONE'

-- deletePartitions
DELETE FROM batch_partitions WHERE job_id = :job

-- doneNumbers
SELECT number FROM batch_partitions WHERE job_id = :job AND status = 'DONE'
