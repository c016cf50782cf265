package io.ringhaul.benchmarks.floors;

import com.datastax.oss.driver.api.core.CqlSession;

/** Counts the rows of a table independent of the tool that wrote them. */
public final class RowsInTable {

  /** Enough ranges to count ten million rows within the server's time limit. */
  private static final int SPLITS = 64;

  private static final int IN_FLIGHT = 2;
  private static final int PAGE_ROWS = 5_000;

  private RowsInTable() {}

  /** Returns the number of rows, counted by the server. */
  public static long in(CqlSession session, String table) throws InterruptedException {
    return new ScanFloor(session, RingPieces.of(session, SPLITS), IN_FLIGHT)
        .count(table, PAGE_ROWS);
  }
}
