package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.ringhaul.ring.TokenRange;
import io.ringhaul.ring.TokenRing;
import io.ringhaul.scan.ScanPlan;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * A plain program on the driver that reads a table and drops the pages: a floor under whatever does
 * something with them, as a whole process.
 */
public final class ScanProcess {

  /** All columns are read. */
  static final String ALL = "all";

  /** The partition key is read, which is what a client needs to count rows itself. */
  static final String KEYS = "keys";

  /** As many as Ringhaul has by default on one node, and the driver's page. */
  private static final int IN_FLIGHT = 8;

  private static final int PAGE_ROWS = 5_000;

  private final CqlSession session;
  private final PreparedStatement query;
  private final AtomicLong rows = new AtomicLong();

  private ScanProcess(CqlSession session, TableMetadata table, String columns) {
    this.session = session;
    String key =
        table.getPartitionKey().stream()
            .map(column -> column.getName().asCql(true))
            .collect(Collectors.joining(", "));
    String selected = columns.equals(KEYS) ? key : names(table.getColumns().keySet());
    this.query =
        session.prepare(
            String.format(
                "SELECT %s FROM %s.%s WHERE token(%s) > ? AND token(%s) <= ?",
                selected,
                table.getKeyspace().asCql(true),
                table.getName().asCql(true),
                key,
                key));
  }

  private static String names(Collection<CqlIdentifier> columns) {
    return columns.stream().map(column -> column.asCql(true)).collect(Collectors.joining(", "));
  }

  /**
   * Takes host, port, keyspace, table, {@value #ALL} or {@value #KEYS}, and how many splits; prints
   * the number of rows.
   */
  public static void main(String[] arguments) {
    int exitCode = 1;
    try {
      System.out.println(scan(arguments));
      System.out.flush();
      exitCode = 0;
    } catch (Exception e) {
      e.printStackTrace();
    } finally {
      // A floor does not wait until its session is closed.
      Runtime.getRuntime().halt(exitCode);
    }
  }

  private static long scan(String... arguments) throws Exception {
    InetSocketAddress node =
        new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    CqlIdentifier keyspace = CqlIdentifier.fromInternal(arguments[2]);
    CqlSession session = BenchCluster.connect(List.of(node));
    TableMetadata table =
        session
            .getMetadata()
            .getKeyspace(keyspace)
            .flatMap(found -> found.getTable(CqlIdentifier.fromInternal(arguments[3])))
            .orElseThrow();
    TokenRing ring = TokenRing.discover(session.getMetadata(), keyspace, "dc1");
    ScanPlan plan =
        ScanPlan.of(arguments[2], arguments[3], List.of(), ring, Integer.parseInt(arguments[5]));
    return new ScanProcess(session, table, arguments[4]).run(plan.ranges());
  }

  private long run(List<TokenRange> ranges) throws Exception {
    Semaphore slots = new Semaphore(IN_FLIGHT);
    CompletableFuture<Void> failure = new CompletableFuture<>();
    for (TokenRange range : ranges) {
      for (TokenRange piece : range.unwrap()) {
        slots.acquire();
        session
            .executeAsync(
                query
                    .bind(piece.startExclusive(), piece.endInclusive())
                    .setPageSize(PAGE_ROWS)
                    .setConsistencyLevel(DefaultConsistencyLevel.LOCAL_ONE))
            .thenCompose(this::drop)
            .whenComplete(
                (done, error) -> {
                  if (error != null) {
                    failure.completeExceptionally(error);
                  }
                  slots.release();
                });
      }
    }
    slots.acquire(IN_FLIGHT);
    if (failure.isCompletedExceptionally()) {
      failure.get();
    }
    return rows.get();
  }

  private CompletionStage<Long> drop(AsyncResultSet page) {
    long total = rows.addAndGet(page.remaining());
    return page.hasMorePages()
        ? page.fetchNextPage().thenCompose(this::drop)
        : CompletableFuture.completedStage(total);
  }
}
