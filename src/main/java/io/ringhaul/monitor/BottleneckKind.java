package io.ringhaul.monitor;

/** Kinds of bottlenecks. */
public enum BottleneckKind {

  /** The process uses all of its processor time. */
  CLIENT_CPU("client CPU"),

  /** The heap is nearly full, or garbage collection takes too much time. */
  CLIENT_MEMORY("client memory"),

  /** Writing to the target takes most of the time, or its disk is nearly full. */
  DISK("disk"),

  /** Nodes reject requests as overloaded, or time out. */
  SERVER_OVERLOAD("server overload"),

  /** More is read than written, and the queue grows. */
  QUEUE_GROWTH("queue growth"),

  /** The latency of requests is much higher than usual. */
  LATENCY_SPIKE("latency spike"),

  /** The rates of rows and bytes are much lower than usual. */
  THROUGHPUT_DROP("throughput drop"),

  /** Many more requests fail than usual. */
  ERROR_SPIKE("error spike"),

  /** Several jobs send requests to the same node. */
  CONTENTION("contention"),

  /** One task is much larger than the others, or one node is much slower or busier. */
  SKEW("skew");

  private final String label;

  BottleneckKind(String label) {
    this.label = label;
  }

  /** Whether this kind names a cause. Latency, queues and throughput are only consequences. */
  public boolean isCause() {
    return this != QUEUE_GROWTH && this != LATENCY_SPIKE && this != THROUGHPUT_DROP;
  }

  /** The name in messages, such as {@code server overload}. */
  public String label() {
    return label;
  }
}
