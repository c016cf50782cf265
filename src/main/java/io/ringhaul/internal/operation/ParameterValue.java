package io.ringhaul.internal.operation;

import io.ringhaul.internal.telemetry.Tunable;
import java.util.function.LongConsumer;

/** A parameter of an operation that keeps its own value. Thread-safe. */
final class ParameterValue implements Tunable {

  private final String name;
  private final long least;
  private final long most;
  private final LongConsumer applied;
  private volatile long value;

  /**
   * @param value what it is at first, which is not applied
   * @param applied takes each new value
   */
  ParameterValue(String name, long value, long least, long most, LongConsumer applied) {
    this.name = name;
    this.value = value;
    this.least = Math.min(least, value);
    this.most = Math.max(most, value);
    this.applied = applied;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long value() {
    return value;
  }

  @Override
  public long least() {
    return least;
  }

  @Override
  public long most() {
    return most;
  }

  @Override
  public synchronized void set(long next) {
    value = Math.max(least, Math.min(most, next));
    applied.accept(value);
  }
}
