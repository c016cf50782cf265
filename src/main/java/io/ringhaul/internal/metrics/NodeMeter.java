package io.ringhaul.internal.metrics;

import java.util.concurrent.atomic.LongAdder;

/** Counters of one node's requests for an operation, since its start. Thread-safe. */
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

  /** Counts a request to this node only; {@link #returned()} must follow. */
  public void sent() {
    inFlight.increment();
  }

  /** Counts the end of a request to this node only, successful or not. */
  public void returned() {
    inFlight.decrement();
  }

  /** Counts a request that this node coordinated and answered. */
  public void answered(long tookNanos) {
    requests.increment();
    nanos.add(tookNanos);
    latencies.record(tookNanos);
  }

  /**
   * Counts a failed request; {@link #overloaded} follows if the cause is an overload or a timeout.
   */
  public void failed() {
    errors.increment();
  }

  /** Counts an overload or timeout as the cause of a failed request. */
  public void overloaded() {
    overloads.increment();
  }

  /** Answered requests. */
  public long requests() {
    return requests.sum();
  }

  /** The sum of the latencies of answered requests. */
  public long nanos() {
    return nanos.sum();
  }

  /** Failed requests. */
  public long errors() {
    return errors.sum();
  }

  /** The failed requests whose cause was an overload or a timeout. */
  public long overloads() {
    return overloads.sum();
  }

  /** Requests to this node only that are in flight. */
  public long inFlight() {
    return inFlight.sum();
  }

  /** The latencies of answered requests; for the one thread that reads the metrics. */
  public Timings latencies() {
    return latencies;
  }
}
