package io.ringhaul.batch;

/** What the statements of one batch share. */
public enum Grouping {

  /**
   * The partition. Such a batch is one mutation on its replicas: atomic, and cheaper than single
   * statements. The server's batch thresholds do not apply.
   */
  PARTITION,

  /**
   * The partition, or the replicas: small batches of one partition share a request with batches of
   * other partitions on the same replicas, up to the bytes and partitions at which the server
   * warns. The coordinator is one of the replicas. Such a request is not atomic. It is cheaper than
   * one request for each of many small partitions.
   */
  REPLICA_SET,

  /**
   * Nothing; statements are batched in the order in which they were added. The coordinator forwards
   * most of such a batch to other nodes, so that it is rarely faster than no batch. Intended for
   * comparison.
   */
  NONE
}
