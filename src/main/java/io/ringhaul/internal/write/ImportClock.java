package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultProtocolVersion;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import java.time.InstantSource;

/**
 * Turns expiry times into TTLs.
 *
 * <p>A TTL counts from the time at which the server gets the request, which may be long after the
 * TTL was computed. With version 5 of the native protocol a request can name the start: all
 * requests of an import then count from the start of the import, and every cell expires at its
 * exact second. With earlier versions a cell expires later by the time that its write waited.
 */
final class ImportClock {

  /** The longest TTL in CQL: 20 years of 365 days, in seconds. */
  static final int LONGEST_TTL = 20 * 365 * 24 * 60 * 60;

  private final InstantSource source;
  private final boolean countsFromStart;
  private final long start;

  private ImportClock(InstantSource source, boolean countsFromStart) {
    this.source = source;
    this.countsFromStart = countsFromStart;
    this.start = now();
  }

  /** A clock that starts now. */
  static ImportClock start(CqlSession session) {
    return new ImportClock(
        InstantSource.system(),
        session.getContext().getProtocolVersion().getCode() >= DefaultProtocolVersion.V5.getCode());
  }

  /** Seconds since the epoch. */
  long now() {
    return source.instant().getEpochSecond();
  }

  /** Sets the start of the statement's TTL, if the protocol supports it. */
  BoundStatementBuilder set(BoundStatementBuilder statement) {
    return countsFromStart ? statement.setNowInSeconds((int) start) : statement;
  }

  /**
   * The TTL of a cell that has not expired, in seconds; 0 for a cell that never expires.
   *
   * @param expiry seconds since the epoch, or {@link CellWrite#NEVER}
   */
  int ttl(long expiry) {
    if (expiry == CellWrite.NEVER) {
      return 0;
    }
    long left = expiry - (countsFromStart ? start : now());
    // Out of bounds only if the clocks of the export and the import disagree.
    return (int) Math.max(1, Math.min(LONGEST_TTL, left));
  }
}
