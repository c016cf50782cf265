-- The statements on telemetry. Each follows a line with two hyphens and its name; other comments
-- stand above the first one. Columns have the names of the records' components.

-- hasJob
SELECT 1 FROM batch_jobs WHERE id = :job

-- insertMetric
INSERT INTO job_metrics (
  job_id, kind, resolution, time, component, name, value, partition_number, context)
VALUES (:job, :kind, :resolution, :time, :component, :name, :value, :partition, :context)

-- metrics
SELECT time, component, name, value, partition_number AS partition, context
FROM job_metrics
WHERE job_id = :job AND kind = :kind AND resolution IN (1, 10, 60)
  AND time >= :since AND time < :until
  AND (CAST(:component AS TEXT) IS NULL OR component = :component)
  AND (CAST(:name AS TEXT) IS NULL OR name = :name)
ORDER BY time DESC, component DESC, name DESC, COALESCE(partition_number, -1) DESC
LIMIT :limit

-- newestTime
SELECT time FROM job_metrics
WHERE job_id = :job AND kind = :kind AND resolution = :resolution
ORDER BY time DESC LIMIT 1 OFFSET :offset

-- latestOfCompleted
SELECT m.job_id, m.time, m.component, m.name, m.value, m.partition_number AS partition, m.context
FROM (
  SELECT id FROM batch_jobs WHERE status = 'COMPLETED' ORDER BY created DESC, id LIMIT :jobs) j
CROSS JOIN (SELECT 1 AS seconds UNION ALL SELECT 10 UNION ALL SELECT 60) r
CROSS JOIN job_metrics m
WHERE m.job_id = j.id AND m.kind = :kind AND m.resolution = r.seconds
  AND m.partition_number IS NULL
  AND m.time = (
    SELECT MAX(n.time) FROM job_metrics n
    WHERE n.job_id = j.id AND n.kind = :kind AND n.resolution = r.seconds)

-- oldestTime
SELECT time FROM job_metrics
WHERE job_id = :job AND kind = :kind AND resolution = :resolution
ORDER BY time LIMIT 1 OFFSET :offset

-- deleteMetricsBefore
DELETE FROM job_metrics
WHERE job_id = :job AND kind = :kind AND resolution = :resolution AND time < :before

-- keepMetricsOfNewestJobs
DELETE FROM job_metrics
WHERE job_id IN (SELECT id FROM batch_jobs ORDER BY created DESC, id LIMIT 2147483647 OFFSET :jobs)

-- putBottleneck
INSERT INTO job_bottlenecks (
  job_id, id, kind, component, evidence, reason, recommendation, parameter, value, since,
  last_seen, open)
VALUES (
  :job, :id, :kind, :component, :evidence, :reason, :recommendation, :parameter, :value,
  :since, :lastSeen, :open)
ON CONFLICT (job_id, id) DO UPDATE SET
  kind = excluded.kind, component = excluded.component, evidence = excluded.evidence,
  reason = excluded.reason, recommendation = excluded.recommendation,
  parameter = excluded.parameter, value = excluded.value, since = excluded.since,
  last_seen = excluded.last_seen, open = excluded.open

-- bottlenecks
SELECT * FROM job_bottlenecks WHERE job_id = :job ORDER BY since DESC, id

-- keepNewestBottlenecks
DELETE FROM job_bottlenecks WHERE job_id = :job AND id NOT IN (
  SELECT id FROM job_bottlenecks WHERE job_id = :job ORDER BY since DESC, id LIMIT :limit)

-- putTuning
INSERT INTO tuning_history (
  job_id, id, time, parameter, value_before, value_after, reason, effect, state)
VALUES (:job, :id, :time, :parameter, :before, :after, :reason, :effect, :state)
ON CONFLICT (job_id, id) DO UPDATE SET
  time = excluded.time, parameter = excluded.parameter, value_before = excluded.value_before,
  value_after = excluded.value_after, reason = excluded.reason, effect = excluded.effect,
  state = excluded.state

-- tuning
SELECT id, time, parameter, value_before AS before, value_after AS after, reason, effect, state
FROM tuning_history WHERE job_id = :job ORDER BY time DESC, id

-- keepNewestTuning
DELETE FROM tuning_history WHERE job_id = :job AND id NOT IN (
  SELECT id FROM tuning_history WHERE job_id = :job ORDER BY time DESC, id LIMIT :limit)

-- putTuned
INSERT INTO tuned_settings (subject, parameters, rows_per_second, time)
VALUES (:subject, :parameters, :rowsPerSecond, :time)
ON CONFLICT (subject) DO UPDATE SET
  parameters = excluded.parameters, rows_per_second = excluded.rows_per_second,
  time = excluded.time

-- tuned
SELECT parameters FROM tuned_settings WHERE subject = :subject

-- putRequest
INSERT INTO job_requests (job_id, id, kind, body, created)
VALUES (:job, :id, :kind, :body, :created)
ON CONFLICT (job_id, id) DO UPDATE SET
  kind = excluded.kind, body = excluded.body, created = excluded.created

-- requests
SELECT * FROM job_requests WHERE job_id = :job ORDER BY created, id

-- deleteRequest
DELETE FROM job_requests WHERE job_id = :job AND id = :id

-- putProfile
INSERT INTO job_profiles (job_id, id, state, seconds, stacks, error)
VALUES (:job, :id, :state, :seconds, :stacks, :error)
ON CONFLICT (job_id) DO UPDATE SET
  id = excluded.id, state = excluded.state, seconds = excluded.seconds, stacks = excluded.stacks,
  error = excluded.error

-- profile
SELECT * FROM job_profiles WHERE job_id = :job

-- deleteMetrics
DELETE FROM job_metrics WHERE job_id = :job

-- deleteBottlenecks
DELETE FROM job_bottlenecks WHERE job_id = :job

-- deleteRequests
DELETE FROM job_requests WHERE job_id = :job

-- deleteProfile
DELETE FROM job_profiles WHERE job_id = :job

-- deleteTuning
DELETE FROM tuning_history WHERE job_id = :job
