package io.ringhaul.benchmarks.events;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.batch.BulkResult;
import io.ringhaul.batch.TableRow;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * An event store: one table for each of six kinds of events, and three tables with details. The
 * partition key is the subject, which has ten consecutive events.
 */
public final class Events {

  static final int IN_A_BLOCK = 250;

  private static final int OF_A_SUBJECT = 10;

  /**
   * A table.
   *
   * <p>All tables have a subject and a number; in detail tables the first column is also part of
   * the key.
   */
  public enum Table {
    ORDER_PLACED("customer text, total decimal, placed_at bigint", false),
    PAYMENT_RECEIVED("method text, amount decimal", false),
    PARCEL_SHIPPED("carrier text, grams int", false),
    STOCK_MOVED("sku text, source text, target text, quantity int", false),
    PRICE_CHANGED("sku text, old_price decimal, new_price decimal", false),
    NOTE_TAKEN("author text, note text", false),
    ORDER_LINE("line int, sku text, quantity int, price decimal", true),
    PARCEL_ITEM("item int, sku text", true),
    NOTE_TAG("tag int, label text", true);

    private final String columns;
    private final boolean isDetail;

    Table(String columns, boolean isDetail) {
      this.columns = columns;
      this.isDetail = isDetail;
    }

    public String tableName() {
      return name().toLowerCase(Locale.ROOT);
    }

    private List<String> columnNames() {
      List<String> names = new ArrayList<>(List.of("subject", "n"));
      for (String column : columns.split(", ", -1)) {
        names.add(column.substring(0, column.indexOf(' ')));
      }
      return names;
    }

    private String definition() {
      List<String> names = columnNames();
      return String.format(
          "CREATE TABLE IF NOT EXISTS bench.%s (subject bigint, n bigint, %s,"
              + " PRIMARY KEY (subject, n%s))",
          tableName(), columns, isDetail ? ", " + names.get(2) : "");
    }
  }

  /** A row of a table with a value for each column. */
  public record EventRow(Table table, List<Object> values) {

    TableRow toTableRow() {
      Map<String, Object> byName = new LinkedHashMap<>();
      List<String> names = table.columnNames();
      for (int i = 0; i < names.size(); i++) {
        byName.put(names.get(i), values.get(i));
      }
      return TableRow.of(BenchCluster.KEYSPACE, table.tableName()).withAll(byName);
    }
  }

  private final Map<Table, PreparedStatement> inserts = new EnumMap<>(Table.class);

  /** Creates the missing tables. */
  public Events(CqlSession session) {
    for (Table table : Table.values()) {
      session.execute(table.definition());
      List<String> names = table.columnNames();
      inserts.put(
          table,
          session.prepare(
              String.format(
                  "INSERT INTO bench.%s (%s) VALUES (%s)",
                  table.tableName(),
                  String.join(", ", names),
                  String.join(", ", names.stream().map(name -> "?").toList()))));
    }
  }

  public BoundStatement bind(EventRow row) {
    PreparedStatement insert = inserts.get(row.table());
    if (insert == null) {
      throw new AssertionError(row);
    }
    return insert.bind(row.values().toArray());
  }

  /** Returns the rows of a block: each event followed by its details. */
  public static List<EventRow> block(long number) {
    List<EventRow> rows = new ArrayList<>(2 * IN_A_BLOCK);
    for (int i = 0; i < IN_A_BLOCK; i++) {
      long n = number * IN_A_BLOCK + i;
      addEvent(rows, n / OF_A_SUBJECT, n);
    }
    return rows;
  }

  /** Writes a block in bulk and fails unless every row is written. */
  public static void writeInBulk(BatchWriter writer, List<EventRow> block)
      throws InterruptedException {
    BulkResult result = writer.bulkInsert(block.stream().map(EventRow::toTableRow).toList());
    if (result.written() != block.size()) {
      throw new IllegalStateException("Rows are missing: " + result);
    }
  }

  private static void addEvent(List<EventRow> rows, long subject, long n) {
    String sku = "SKU-" + n % 5_000;
    BigDecimal price = BigDecimal.valueOf(n % 100_000, 2);
    switch ((int) (n % 6)) {
      case 0 -> {
        add(rows, Table.ORDER_PLACED, subject, n, "customer " + n % 999, price, n);
        for (int line = 0; line < 3; line++) {
          add(rows, Table.ORDER_LINE, subject, n, line, sku, line + 1, price);
        }
      }
      case 1 -> add(rows, Table.PAYMENT_RECEIVED, subject, n, "card", price);
      case 2 -> {
        add(rows, Table.PARCEL_SHIPPED, subject, n, "carrier " + n % 9, (int) (n % 30_000));
        for (int item = 0; item < 2; item++) {
          add(rows, Table.PARCEL_ITEM, subject, n, item, sku);
        }
      }
      case 3 -> add(rows, Table.STOCK_MOVED, subject, n, sku, "dock", "shelf", (int) (n % 50));
      case 4 -> add(rows, Table.PRICE_CHANGED, subject, n, sku, price, price.add(BigDecimal.ONE));
      default -> {
        add(rows, Table.NOTE_TAKEN, subject, n, "clerk " + n % 20, "what was said of " + sku);
        add(rows, Table.NOTE_TAG, subject, n, 0, "urgent");
      }
    }
  }

  private static void add(List<EventRow> rows, Table table, Object... values) {
    rows.add(new EventRow(table, List.of(values)));
  }
}
