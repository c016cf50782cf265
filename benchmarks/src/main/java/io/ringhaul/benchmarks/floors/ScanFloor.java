package io.ringhaul.benchmarks.floors;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.schema.TokenRange;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** The plain driver reads a table by token ranges and discards the pages. */
public final class ScanFloor {

  /** Ringhaul's target size of a page and its largest number of rows per page. */
  private static final int PAGE_BYTES = 256 * 1024;

  private static final int MOST_ROWS_TO_A_PAGE = 5_000;
  private static final int SAMPLE_ROWS = 1_000;

  private final CqlSession session;
  private final List<List<TokenRange>> tasks;
  private final int inFlight;

  /**
   * Creates a floor.
   *
   * @param tasks the ranges of each task, which are read one after the other
   * @param inFlight the number of tasks that are read at once
   */
  public ScanFloor(CqlSession session, List<List<TokenRange>> tasks, int inFlight) {
    this.session = session;
    this.tasks = tasks;
    this.inFlight = inFlight;
  }

  /**
   * Reads all columns.
   *
   * @param pageSize in rows
   * @return the number of rows
   */
  public long read(String table, int pageSize) throws InterruptedException {
    RangeQuery query = new RangeQuery(session, table, columns(session, table), pageSize);
    return run(query, page -> (long) page.remaining());
  }

  /** Counts each range with a query of the server. */
  public long count(String table, int pageSize) throws InterruptedException {
    RangeQuery query = new RangeQuery(session, table, "count(*)", pageSize);
    return run(query, page -> Objects.requireNonNull(page.one()).getLong(0));
  }

  /** Counts by reading the partition keys, as tools without a server-side count do. */
  public long countKeys(String table, int pageSize) throws InterruptedException {
    String keys =
        String.join(
            ", ",
            RangeQuery.metadata(session, table).getPartitionKey().stream()
                .map(column -> column.getName().asCql(true))
                .toList());
    return run(
        new RangeQuery(session, table, keys, pageSize),
        page -> {
          long rows = 0;
          for (Row ignored : page.currentPage()) {
            rows++;
          }
          return rows;
        });
  }

  /** Returns the page size, in rows, that Ringhaul selects for a table. */
  public static int pageSize(CqlSession session, String table) {
    RangeQuery query = new RangeQuery(session, table, columns(session, table), SAMPLE_ROWS);
    var sample = session.execute(query.of(TokenRange.wholeRing().unwrap().get(0)));
    int rows = Math.max(1, sample.getAvailableWithoutFetching());
    long bytes = Math.max(1, sample.getExecutionInfo().getResponseSizeInBytes());
    return (int) Math.max(1, Math.min(MOST_ROWS_TO_A_PAGE, PAGE_BYTES * (long) rows / bytes));
  }

  private static String columns(CqlSession session, String table) {
    return String.join(
        ", ",
        RangeQuery.metadata(session, table).getColumns().keySet().stream()
            .map(name -> name.asCql(true))
            .toList());
  }

  private long run(RangeQuery query, Function<AsyncResultSet, Long> counting)
      throws InterruptedException {
    LongAdder rows = new LongAdder();
    InTurns.run(
        tasks,
        inFlight,
        split -> {
          CompletionStage<?> last = CompletableFuture.completedStage(null);
          for (TokenRange piece : split) {
            last =
                last.thenCompose(
                    before ->
                        session
                            .executeAsync(query.of(piece))
                            .thenCompose(page -> rest(page, counting, rows)));
          }
          return last;
        });
    return rows.sum();
  }

  private static CompletionStage<Void> rest(
      AsyncResultSet page, Function<AsyncResultSet, Long> counting, LongAdder rows) {
    rows.add(counting.apply(page));
    return page.hasMorePages()
        ? page.fetchNextPage().thenCompose(next -> rest(next, counting, rows))
        : CompletableFuture.completedStage(null);
  }
}
