package io.ringhaul.job;

import java.time.Instant;

/**
 * A process that runs a job.
 *
 * @param host the name of its machine
 * @param pid its process id
 * @param processStart when the process started, since another process may have the same id later
 * @param lastSeen its last sign of life, by the clock of the store
 */
public record JobOwner(String host, long pid, Instant processStart, Instant lastSeen) {}
