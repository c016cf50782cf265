package io.ringhaul.batch;

/** What the statements of one batch have in common. */
public enum Grouping {

  /**
   * Their partition. Such a batch is one mutation on its replicas: atomic, and cheaper than its
   * statements one by one. The server's batch thresholds do not count it.
   */
  PARTITION,

  /**
   * Their partition, or the nodes that hold their partitions: a batch of one partition that is
   * small when it leaves shares a request with others on the same replicas, up to the bytes and the
   * partitions of which the server warns. The coordinator is one of the replicas. Such a request is
   * not atomic. It is cheaper than a request for each of many small partitions.
   */
  REPLICA_SET,

  /**
   * Nothing but the order in which they came. The coordinator sends most of such a batch on to
   * other nodes: rarely faster than no batch at all, and here for comparison.
   */
  NONE
}
