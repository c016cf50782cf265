package io.ringhaul.internal.limits;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that shows what it was set to. */
public final class SetClock extends Clock {

  private volatile Instant now;

  /** Shows that moment until it is set. */
  public SetClock(String moment) {
    this.now = Instant.parse(moment);
  }

  /** Shows another moment from now on. */
  public void set(String moment) {
    now = Instant.parse(moment);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
