package io.ringhaul.internal.operation;

import io.ringhaul.internal.telemetry.Tunable;
import java.util.function.LongToIntFunction;

/**
 * The number of workers of an operation. It follows the bound of requests in flight until the user
 * or the tuner sets a number. Thread-safe.
 */
final class WorkerCount implements Tunable {

  private final Workers workers;
  private final int most;
  private final LongToIntFunction byRequests;
  private boolean isChosen;
  private boolean wasChosen;

  /**
   * @param byRequests the number of workers for a number of requests in flight
   */
  WorkerCount(Workers workers, int most, LongToIntFunction byRequests) {
    this.workers = workers;
    this.most = Math.max(most, workers.count());
    this.byRequests = byRequests;
  }

  /** Follows a new bound of requests in flight, unless a number of workers was set. */
  synchronized void follow(long requests) {
    if (!isChosen) {
      workers.count(Math.max(1, Math.min(most, byRequests.applyAsInt(requests))));
    }
  }

  @Override
  public String name() {
    return WORKERS;
  }

  @Override
  public long value() {
    return workers.count();
  }

  @Override
  public long least() {
    return 1;
  }

  @Override
  public long most() {
    return most;
  }

  @Override
  public synchronized void set(long value) {
    wasChosen = isChosen;
    isChosen = true;
    workers.count((int) Math.max(1, Math.min(most, value)));
  }

  @Override
  public synchronized void takeBack(long before) {
    boolean chosen = wasChosen;
    set(before);
    isChosen = chosen;
  }

  @Override
  public synchronized boolean isFollowing() {
    return !isChosen;
  }
}
