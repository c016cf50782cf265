package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultProtocolVersion;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import java.time.InstantSource;

/**
 * Turns moments of expiry into times to live.
 *
 * <p>A time to live counts from when the server gets it, which may be long after it was computed.
 * Since version 5 of the native protocol a request can say from when it counts: all requests of an
 * import then count from its start, and every cell expires at its moment to the second. Before that
 * it expires as much later as its write waited.
 */
final class ImportClock {

  /** The longest time to live that CQL takes: 20 years of 365 days, in seconds. */
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

  /** Sets from when the statement's time to live counts, if the protocol can. */
  BoundStatementBuilder set(BoundStatementBuilder statement) {
    return countsFromStart ? statement.setNowInSeconds((int) start) : statement;
  }

  /**
   * The time to live of a cell that has not expired, in seconds; 0 for one that never does.
   *
   * @param expiry seconds since the epoch, or {@link CellWrite#NEVER}
   */
  int ttl(long expiry) {
    if (expiry == CellWrite.NEVER) {
      return 0;
    }
    long left = expiry - (countsFromStart ? start : now());
    // Beyond the ends only if the clocks of the export and the import disagree.
    return (int) Math.max(1, Math.min(LONGEST_TTL, left));
  }
}
