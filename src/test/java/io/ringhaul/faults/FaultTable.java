package io.ringhaul.faults;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A table whose rows are computed from their numbers. Every format can represent its values. */
final class FaultTable {

  static final List<String> COLUMNS = List.of("pk", "ck", "name", "amount", "flag", "note");

  private static final int ROWS_PER_PARTITION = 20;
  private static final int IN_FLIGHT = 64;

  private final CqlSession session;
  private final String keyspace;
  private final int rows;

  FaultTable(CqlSession session, String keyspace, int rows) {
    this.session = session;
    this.keyspace = keyspace;
    this.rows = rows;
  }

  int rows() {
    return rows;
  }

  String keyspace() {
    return keyspace;
  }

  /** Returns the CREATE TABLE statement for a table with these columns. */
  String definition(String table) {
    return "CREATE TABLE "
        + keyspace
        + "."
        + table
        + " (pk int, ck int, name text, amount bigint, flag boolean, note text,"
        + " PRIMARY KEY (pk, ck))";
  }

  /** Writes all rows. */
  void insert(String table) {
    PreparedStatement insert =
        session.prepare(
            String.format(
                "INSERT INTO %s.%s (%s) VALUES (?, ?, ?, ?, ?, ?)",
                keyspace, table, String.join(", ", COLUMNS)));
    List<CompletionStage<?>> pending = new ArrayList<>();
    for (int first = 0; first < rows; first += ROWS_PER_PARTITION) {
      BatchStatement partition = BatchStatement.newInstance(BatchType.UNLOGGED);
      for (int number = first; number < Math.min(rows, first + ROWS_PER_PARTITION); number++) {
        partition =
            partition.add(
                insert.bind(
                    pk(number),
                    ck(number),
                    name(number),
                    amount(number),
                    flag(number),
                    note(number)));
      }
      pending.add(session.executeAsync(partition.setConsistencyLevel(ConsistencyLevel.ALL)));
      if (pending.size() == IN_FLIGHT) {
        await(pending);
      }
    }
    await(pending);
  }

  /** Returns all rows as text, ordered by number. A null is {@code null} without quotes. */
  List<String> texts() {
    List<String> texts = new ArrayList<>(rows);
    for (int number = 0; number < rows; number++) {
      texts.add(
          text(
              String.valueOf(pk(number)),
              String.valueOf(ck(number)),
              name(number),
              String.valueOf(amount(number)),
              String.valueOf(flag(number)),
              note(number)));
    }
    return texts;
  }

  /** Returns one row in the form of {@link #texts()}. */
  static String text(@Nullable String... values) {
    StringBuilder text = new StringBuilder();
    for (String value : values) {
      text.append(value == null ? "null" : "'" + value + "'").append(' ');
    }
    return text.toString();
  }

  private static void await(List<CompletionStage<?>> pending) {
    CompletableFuture.allOf(
            pending.stream()
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture[]::new))
        .join();
    pending.clear();
  }

  private static int pk(int number) {
    return number / ROWS_PER_PARTITION;
  }

  private static int ck(int number) {
    return number % ROWS_PER_PARTITION;
  }

  private static String name(int number) {
    return "name, \"" + Objects.hash(number) + "\" of " + number;
  }

  private static long amount(int number) {
    return number * 0x9E3779B97F4A7C15L;
  }

  private static boolean flag(int number) {
    return number % 2 == 0;
  }

  private static @Nullable String note(int number) {
    return switch (number % 3) {
      case 0 -> null;
      case 1 -> "";
      default -> "null";
    };
  }
}
