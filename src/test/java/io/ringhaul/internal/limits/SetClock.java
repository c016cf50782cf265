package io.ringhaul.internal.limits;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock with a settable time. */
public final class SetClock extends Clock {

  private volatile Instant now;

  /** Creates a clock with this time. */
  public SetClock(String moment) {
    this.now = Instant.parse(moment);
  }

  /** Sets the time. */
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
