package io.ringhaul.monitor;

/** What may hold a job back. */
public enum BottleneckKind {

  /** The process has no more processor time to use. */
  CLIENT_CPU("client CPU"),

  /** The heap is nearly full, or the collector takes too much of the time. */
  CLIENT_MEMORY("client memory"),

  /** Writing files takes most of the time, or the disk is nearly full. */
  DISK("disk"),

  /** Nodes refuse requests or run out of time. */
  SERVER_OVERLOAD("server overload"),

  /** More is read than written, and what waits grows. */
  QUEUE_GROWTH("queue growth"),

  /** Requests take much longer than before. */
  LATENCY_SPIKE("latency spike"),

  /** Rows pass much more slowly than before. */
  THROUGHPUT_DROP("throughput drop"),

  /** Many more requests fail than before. */
  ERROR_SPIKE("error spike"),

  /** Several jobs ask the same node. */
  CONTENTION("contention"),

  /** One task has much more to do than the others, or one node is much slower or busier. */
  SKEW("skew");

  private final String label;

  BottleneckKind(String label) {
    this.label = label;
  }

  /** Latency, queues and throughput say that something is amiss, and not what. */
  public boolean isCause() {
    return this != QUEUE_GROWTH && this != LATENCY_SPIKE && this != THROUGHPUT_DROP;
  }

  /** What people call it, such as {@code server overload}. */
  public String label() {
    return label;
  }
}
