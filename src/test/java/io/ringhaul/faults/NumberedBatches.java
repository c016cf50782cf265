package io.ringhaul.faults;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.batch.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Batches that leave a trace of whether and how often they were applied. Each batch writes its
 * number into six rows. Every second batch appends to lists, so a second application is visible;
 * every fourth of these writes at ALL and so fails more often.
 */
final class NumberedBatches {

  private static final int PLAIN_ROWS = 3;
  private static final int ROWS = 6;

  private final CqlSession session;
  private final BatchType type;
  private final PreparedStatement insert;
  private final PreparedStatement insertList;
  private final PreparedStatement append;
  private final List<PreparedStatement> reads;

  private NumberedBatches(CqlSession session, BatchType type, String plain, String lists) {
    this.session = session;
    this.type = type;
    this.insert = session.prepare("INSERT INTO " + plain + " (n, row, v) VALUES (?, ?, ?)");
    this.insertList = session.prepare("INSERT INTO " + lists + " (n, row, l) VALUES (?, ?, ?)");
    this.append = session.prepare("UPDATE " + lists + " SET l = l + ? WHERE n = ? AND row = ?");
    this.reads = Stream.of(plain, lists).distinct().map(this::read).toList();
  }

  /** Creates LOGGED batches; each writes three partitions of one of two tables. */
  static NumberedBatches logged(CqlSession session, String keyspace) {
    String plain = define(session, keyspace + ".many_plain", "(n, row)");
    String lists = define(session, keyspace + ".many_lists", "(n, row)");
    return new NumberedBatches(session, BatchType.LOGGED, plain, lists);
  }

  /** Creates UNLOGGED batches; each writes one partition. */
  static NumberedBatches unlogged(CqlSession session, String keyspace) {
    String table = define(session, keyspace + ".one", "n, row");
    return new NumberedBatches(session, BatchType.UNLOGGED, table, table);
  }

  private static String define(CqlSession session, String table, String key) {
    session.execute(
        String.format(
            "CREATE TABLE %s (n int, row int, v int, l list<int>, PRIMARY KEY (%s))", table, key));
    return table;
  }

  private PreparedStatement read(String table) {
    return session.prepare("SELECT row, v, l FROM " + table + " WHERE n = ? AND row IN ?");
  }

  BatchType type() {
    return type;
  }

  /** Returns the operations of a batch. */
  List<Operation> operations(int number) {
    boolean appends = number % 2 == 1;
    @Nullable ConsistencyLevel level = number % 8 == 1 ? DefaultConsistencyLevel.ALL : null;
    List<Operation> operations = new ArrayList<>(ROWS);
    for (int row = 0; row < ROWS; row++) {
      operations.add(
          Operation.of(
              (row < PLAIN_ROWS
                      ? insert.bind(number, row, number)
                      : appends
                          ? append.bind(List.of(number), number, row)
                          : insertList.bind(number, row, List.of(number)))
                  .setIdempotent(!appends)
                  .setConsistencyLevel(level)));
    }
    return operations;
  }

  /** Reads the rows of a batch at QUORUM. */
  CompletableFuture<Trace> trace(int number) {
    List<CompletableFuture<AsyncResultSet>> answers =
        reads.stream()
            .map(
                read ->
                    session
                        .executeAsync(
                            read.bind(number, List.of(0, 1, 2, 3, 4, 5))
                                .setConsistencyLevel(DefaultConsistencyLevel.QUORUM))
                        .toCompletableFuture())
            .toList();
    return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
        .thenApply(
            done -> {
              List<String> rows = new ArrayList<>();
              answers.forEach(
                  answer -> answer.join().currentPage().forEach(row -> rows.add(text(row))));
              return new Trace(number, rows);
            });
  }

  private static String text(Row row) {
    return row.getInt("row") + ": " + row.getObject("v") + " " + row.getList("l", Integer.class);
  }

  /**
   * The rows of one batch.
   *
   * @param rows each row as text
   */
  record Trace(int number, List<String> rows) {

    /** Returns true if every row of the batch exists and was written once. */
    boolean isWhole() {
      Set<String> expected = new TreeSet<>();
      for (int row = 0; row < ROWS; row++) {
        expected.add(
            row < PLAIN_ROWS ? row + ": " + number + " []" : row + ": null [" + number + "]");
      }
      return rows.size() == ROWS && expected.equals(new TreeSet<>(rows));
    }

    /** Returns true if no row of the batch exists. */
    boolean isNothing() {
      return rows.isEmpty();
    }
  }
}
