package io.ringhaul.internal.tuning;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the key of a random known partition of a table at LOCAL_QUORUM, as live traffic does.
 * Searches for keys at random tokens until it finds some; for an empty table it reads {@code
 * system.local} of a node. Uses the job's session, so that the wait behind the job's responses on
 * the same connection counts.
 */
public final class KeyProbe implements Supplier<CompletionStage<AsyncResultSet>> {

  private static final int SEARCHES = 16;
  private static final int ROWS_OF_A_SEARCH = 8;

  /** Timeout as a multiple of the bound: a longer wait gives no more information. */
  private static final int BOUNDS_TO_WAIT = 2;

  private static final Duration LEAST_TIMEOUT = Duration.ofSeconds(10);

  /** Pause between searches, in which an import writes some rows. */
  private static final long PAUSE_NANOS = 2_000_000_000;

  private final CqlSession session;
  private final Duration timeout;
  private final Statement<?> withoutKeys;
  private final PreparedStatement byKey;
  private final PreparedStatement byToken;
  private final List<BoundStatement> known = new CopyOnWriteArrayList<>();
  private final AtomicBoolean isSearching = new AtomicBoolean();
  private volatile long searched = System.nanoTime() - PAUSE_NANOS;

  /**
   * Prepares the statements; reads nothing yet.
   *
   * @param bound determines the timeout of the reads
   */
  public KeyProbe(CqlSession session, TableDescription table, LatencyBound bound) {
    this.session = session;
    Duration longest = bound.p99().multipliedBy(BOUNDS_TO_WAIT);
    this.timeout = longest.compareTo(LEAST_TIMEOUT) < 0 ? LEAST_TIMEOUT : longest;
    this.withoutKeys =
        SimpleStatement.newInstance("SELECT key FROM system.local")
            .setConsistencyLevel(DefaultConsistencyLevel.LOCAL_ONE)
            .setTimeout(timeout);
    List<String> names =
        table.partitionKey().stream()
            .map(ColumnDescription::name)
            .map(TableDescription::quote)
            .toList();
    String key = String.join(", ", names);
    String from =
        String.format(
            "SELECT %s FROM %s.%s WHERE ",
            key, TableDescription.quote(table.keyspace()), TableDescription.quote(table.name()));
    this.byToken =
        Preparation.prepare(
            session, String.format("%stoken(%s) > ? LIMIT %d", from, key, ROWS_OF_A_SEARCH));
    this.byKey =
        Preparation.prepare(
            session,
            from
                + names.stream().map(name -> name + " = ?").collect(Collectors.joining(" AND "))
                + " LIMIT 1");
  }

  @Override
  public CompletionStage<AsyncResultSet> get() {
    if (known.isEmpty()
        && System.nanoTime() - searched > PAUSE_NANOS
        && isSearching.compareAndSet(false, true)) {
      searched = System.nanoTime();
      search(SEARCHES);
    }
    List<BoundStatement> keys = new ArrayList<>(known);
    return session.executeAsync(
        keys.isEmpty() ? withoutKeys : keys.get(ThreadLocalRandom.current().nextInt(keys.size())));
  }

  /** Searches sequentially, because a search in an empty table asks many nodes. */
  private void search(int left) {
    if (left == 0) {
      isSearching.set(false);
      return;
    }
    session
        .executeAsync(
            byToken
                .bind(ThreadLocalRandom.current().nextLong())
                .setConsistencyLevel(DefaultConsistencyLevel.LOCAL_ONE)
                .setTimeout(timeout))
        .whenComplete(
            (rows, failure) -> {
              boolean isAny = keep(rows);
              search(failure == null && isAny ? left - 1 : 0);
            });
  }

  private boolean keep(@Nullable AsyncResultSet rows) {
    if (rows == null) {
      return false;
    }
    boolean isAny = false;
    for (Row row : rows.currentPage()) {
      BoundStatement statement = byKey.bind();
      for (int i = 0; i < row.size(); i++) {
        statement = statement.setBytesUnsafe(i, row.getBytesUnsafe(i));
      }
      known.add(
          statement
              .setConsistencyLevel(DefaultConsistencyLevel.LOCAL_QUORUM)
              .setTimeout(timeout)
              .setIdempotent(true));
      isAny = true;
    }
    return isAny;
  }
}
