package io.ringhaul.internal.batch;

import io.ringhaul.batch.BatchLimits;
import java.util.OptionalInt;

/**
 * When the batches of a stream are full: as asked, and never more than the server takes.
 *
 * @param asked what was asked for
 * @param maxSharedBytes the bytes to a batch of several partitions that were asked for; empty for
 *     what does not make the server warn
 * @param maxSharedPartitions the partitions to a batch that were asked for; empty likewise
 * @param server what the server takes
 */
public record StreamLimits(
    BatchLimits asked,
    OptionalInt maxSharedBytes,
    OptionalInt maxSharedPartitions,
    ServerBatchLimits server) {

  /** Returns these limits with others asked for. */
  public StreamLimits with(BatchLimits others) {
    return new StreamLimits(others, maxSharedBytes, maxSharedPartitions, server);
  }

  /** The limits to a batch of one partition, which is one mutation for the server. */
  public BatchLimits onePartition() {
    long most = Math.max(1, Math.min(asked.maxBytes(), server.onePartitionBytes()));
    return new BatchLimits(asked.maxStatements(), (int) most, asked.maxBuffered());
  }

  /** The bytes to a batch of more than one partition. */
  public long sharedBytes() {
    long most = maxSharedBytes.orElse((int) Math.min(asked.maxBytes(), server.warnBytes()));
    return Math.min(most, server.failBytes());
  }

  /** The partitions to a batch of more than one. */
  public int sharedPartitions() {
    return maxSharedPartitions.orElse(server.warnPartitions());
  }
}
