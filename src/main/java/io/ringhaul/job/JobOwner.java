package io.ringhaul.job;

import java.time.Instant;

/**
 * A process that runs a job.
 *
 * @param host the machine's name
 * @param pid the process on it
 * @param processStart when that process began; the number alone may be another's by now
 * @param lastSeen when it last said that it lives, by the clock of the store
 */
public record JobOwner(String host, long pid, Instant processStart, Instant lastSeen) {}
