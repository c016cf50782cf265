package io.ringhaul.internal.iceberg;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.cluster.TestCluster;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.apache.iceberg.data.Record;
import org.jspecify.annotations.Nullable;

/** A table of generated orders. The n-th order is always the same. */
public final class Orders {

  public static final String COLUMNS =
      "id int PRIMARY KEY, order_date date, customer text, amount decimal, total bigint, ip inet,"
          + " big varint, at timestamp";
  private static final List<String> NAMES =
      List.of("id", "order_date", "customer", "amount", "total", "ip", "big", "at");

  private Orders() {}

  public static void create(String table) {
    TestCluster.define("CREATE TABLE " + table + " (" + COLUMNS + ")");
  }

  public static void insert(CqlSession session, String table, int from, int to) {
    PreparedStatement insert =
        session.prepare(
            "INSERT INTO "
                + table
                + " ("
                + String.join(", ", NAMES)
                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    List<CompletionStage<AsyncResultSet>> sent = new ArrayList<>();
    for (int id = from; id < to; id++) {
      sent.add(session.executeAsync(insert.bind(order(id).toArray())));
    }
    sent.forEach(stage -> stage.toCompletableFuture().join());
  }

  /** Returns the driver's values of the n-th order. */
  public static List<@Nullable Object> order(int id) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(id);
    values.add(LocalDate.of(2020, 1, 1).plusMonths(id % 60).plusDays(id % 28));
    values.add(id % 50 == 49 ? null : "customer-" + id % 7);
    values.add(new BigDecimal(BigInteger.valueOf(31L * (id % 9) - 100), id % 5 - 1));
    values.add((long) id << 33);
    values.add(address(id));
    values.add(BigInteger.valueOf(id % 11 - 5).pow(25));
    values.add(Instant.ofEpochMilli(id * 86_400_000L * 3 - 20_000_000_123L));
    return values;
  }

  /** Returns the n-th order as an export writes it. */
  public static List<@Nullable Object> exported(int id) {
    List<@Nullable Object> values = order(id);
    values.set(3, String.valueOf(values.get(3)));
    values.set(5, List.of("10.0.0.7", "2001:db8::7", "::1").get(id % 3));
    values.set(6, String.valueOf(values.get(6)));
    values.set(7, ((Instant) Objects.requireNonNull(values.get(7))).atOffset(ZoneOffset.UTC));
    return values;
  }

  public static Map<Integer, List<@Nullable Object>> exported(int from, int to) {
    Map<Integer, List<@Nullable Object>> orders = new TreeMap<>();
    for (int id = from; id < to; id++) {
      orders.put(id, exported(id));
    }
    return orders;
  }

  /** Returns the records by id; fails if an id occurs twice. */
  public static Map<Integer, List<@Nullable Object>> byId(List<Record> records) {
    Map<Integer, List<@Nullable Object>> orders = new TreeMap<>();
    for (Record record : records) {
      List<@Nullable Object> values = new ArrayList<>();
      NAMES.forEach(name -> values.add(record.getField(name)));
      if (orders.put((Integer) record.getField("id"), values) != null) {
        throw new AssertionError("The order " + record.getField("id") + " occurs twice");
      }
    }
    return orders;
  }

  /** Returns the serialized rows of a table by id. */
  public static Map<Integer, List<@Nullable Object>> bytesById(CqlSession session, String table) {
    Map<Integer, List<@Nullable Object>> orders = new TreeMap<>();
    for (Row row : session.execute("SELECT " + String.join(", ", NAMES) + " FROM " + table)) {
      List<@Nullable Object> values = new ArrayList<>();
      for (int i = 0; i < NAMES.size(); i++) {
        values.add(row.getBytesUnsafe(i));
      }
      orders.put(row.getInt("id"), values);
    }
    return orders;
  }

  private static InetAddress address(int id) {
    try {
      return InetAddress.getByName(List.of("10.0.0.7", "2001:db8::7", "::1").get(id % 3));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
