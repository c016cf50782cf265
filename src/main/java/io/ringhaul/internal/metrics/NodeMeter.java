package io.ringhaul.internal.metrics;

import java.util.concurrent.atomic.LongAdder;

/** What one node did for an operation, in sums since its start. Thread-safe. */
public final class NodeMeter {

  private final String node;
  private final Timings latencies = new Timings();
  private final LongAdder requests = new LongAdder();
  private final LongAdder nanos = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder overloads = new LongAdder();
  private final LongAdder inFlight = new LongAdder();

  NodeMeter(String node) {
    this.node = node;
  }

  /** The node's address and port. */
  public String node() {
    return node;
  }

  /** A request goes to this node and to no other; to be followed by {@link #returned()}. */
  public void sent() {
    inFlight.increment();
  }

  /** A request that went to this node and to no other came back, in whatever way. */
  public void returned() {
    inFlight.decrement();
  }

  /** The node has coordinated a request and answered it, after so many nanoseconds. */
  public void answered(long tookNanos) {
    requests.increment();
    nanos.add(tookNanos);
    latencies.record(tookNanos);
  }

  /** A request failed at the node; an overload or a lack of time if {@link #overloaded} follows. */
  public void failed() {
    errors.increment();
  }

  /** The failure was that of a node that is overloaded or out of time. */
  public void overloaded() {
    overloads.increment();
  }

  /** Requests answered. */
  public long requests() {
    return requests.sum();
  }

  /** Their latencies, added up. */
  public long nanos() {
    return nanos.sum();
  }

  /** Requests that failed. */
  public long errors() {
    return errors.sum();
  }

  /** How many of those met an overload. */
  public long overloads() {
    return overloads.sum();
  }

  /** Requests that were sent to this node alone and are not back. */
  public long inFlight() {
    return inFlight.sum();
  }

  /** The latencies of the requests answered; for the one thread that reads the metrics. */
  public Timings latencies() {
    return latencies;
  }
}
