package io.ringhaul.internal.operation;

import io.ringhaul.internal.telemetry.Tunable;
import java.util.function.LongToIntFunction;

/**
 * How many workers an operation has: as many as its requests in flight ask for, until a number is
 * chosen. Thread-safe.
 */
final class WorkerCount implements Tunable {

  private final Workers workers;
  private final int most;
  private final LongToIntFunction byRequests;
  private boolean isChosen;
  private boolean wasChosen;

  /**
   * @param byRequests how many workers so many requests in flight ask for
   */
  WorkerCount(Workers workers, int most, LongToIntFunction byRequests) {
    this.workers = workers;
    this.most = Math.max(most, workers.count());
    this.byRequests = byRequests;
  }

  /** There may be so many requests in flight from now on. */
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
