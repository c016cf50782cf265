package io.ringhaul.batch;

/** What the statements of one batch have in common. */
public enum Grouping {

  /**
   * Their partition. Such a batch is one mutation on its replicas: atomic, and cheaper than its
   * statements one by one. The server's batch thresholds do not count it.
   */
  PARTITION,

  /**
   * The nodes that hold them, as adjacent partitions share them. The coordinator is one of these
   * nodes and keeps what it gets; the batch is not atomic, and the server's batch thresholds count
   * it. Good for many small partitions.
   */
  REPLICA_SET,

  /**
   * Nothing but the order in which they came. The coordinator sends most of such a batch on to
   * other nodes: rarely faster than no batch at all, and here for comparison.
   */
  NONE
}
