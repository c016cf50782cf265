-- The statements on jobs and their partitions. Each follows a line with two hyphens and its name;
-- other comments stand above the first one. JobRows has the columns that share a checksum: {state}
-- is their names and that of the checksum, {:state} their values, {state = :state} both.

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
UPDATE batch_jobs SET run = run WHERE id = :job RETURNING {state}

-- insertJob
INSERT INTO batch_jobs ({definition}, {plan}, {state})
VALUES ({:definition}, {:plan}, {:state})

-- redefineJob
UPDATE batch_jobs SET {definition = :definition} WHERE id = :id

-- updateJob
UPDATE batch_jobs SET {state = :state} WHERE id = :job

-- updatePlan
UPDATE batch_jobs SET {plan = :plan} WHERE id = :job

-- deleteJob
DELETE FROM batch_jobs WHERE id = :job

-- allPartitions
SELECT * FROM batch_partitions WHERE job_id = :job ORDER BY number

-- findPartition
SELECT * FROM batch_partitions WHERE job_id = :job AND number = :number

-- partitionsOfStatus
SELECT * FROM batch_partitions WHERE job_id = :job AND status = :status

-- insertPartition
INSERT INTO batch_partitions (job_id, {unit}, {partition})
VALUES (:job, {:unit}, {:partition})

-- updatePartition
UPDATE batch_partitions SET {partition = :partition} WHERE job_id = :job AND number = :number

-- updateUnit
UPDATE batch_partitions SET {unit = :unit} WHERE job_id = :job AND number = :number

-- deleteOpenPartitions
DELETE FROM batch_partitions WHERE job_id = :job AND status <> 'DONE'

-- deletePartitions
DELETE FROM batch_partitions WHERE job_id = :job

-- doneNumbers
SELECT number FROM batch_partitions WHERE job_id = :job AND status = 'DONE'
