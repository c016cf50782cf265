package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.batch.BatchWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * The sample table of the demonstration: orders, ten to a customer, each derived from its number.
 */
public final class SampleOrders {

  /** The keyspace of both tables, unless another is named. */
  public static final String KEYSPACE = "store";

  /** The table that is filled. */
  public static final String TABLE = "orders";

  /** An empty table of the same shape. */
  public static final String RESTORED = "orders_restored";

  private static final int ORDERS_TO_A_CUSTOMER = 10;
  private static final LocalDate FIRST_DAY = LocalDate.of(2025, 1, 1);
  private static final int DAYS = 365;
  private static final List<String> STATUSES = List.of("new", "paid", "shipped", "returned");

  private final CqlSession session;
  private final String keyspace;

  /** Works through the given session, which stays the caller's. */
  public SampleOrders(CqlSession session) {
    this(session, KEYSPACE);
  }

  SampleOrders(CqlSession session, String keyspace) {
    this.session = session;
    this.keyspace = keyspace;
  }

  /** Creates the keyspace and both tables where they are missing. */
  public void createTables(int replicationFactor) {
    session.execute(
        "CREATE KEYSPACE IF NOT EXISTS "
            + keyspace
            + " WITH replication = {'class': 'SimpleStrategy', 'replication_factor': "
            + replicationFactor
            + "}");
    for (String table : List.of(TABLE, RESTORED)) {
      session.execute(
          "CREATE TABLE IF NOT EXISTS "
              + keyspace
              + "."
              + table
              + " (customer_id bigint, order_id uuid, order_date date, status text,"
              + " amount decimal, quantity int, note text, created_at timestamp, tags set<text>,"
              + " PRIMARY KEY (customer_id, order_id))");
    }
  }

  /** Writes the orders from number 0 on. */
  public void fill(long rows) throws InterruptedException {
    PreparedStatement insert =
        session.prepare(
            "INSERT INTO "
                + keyspace
                + "."
                + TABLE
                + " (customer_id, order_id, order_date, status, amount, quantity, note,"
                + " created_at, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    try (BatchWriter writer = BatchWriter.over(session)) {
      for (long number = 0; number < rows; number++) {
        writer.add(order(insert, number));
      }
      writer.flush();
    }
  }

  private static BoundStatement order(PreparedStatement insert, long number) {
    Random random = new Random(number);
    LocalDate day = FIRST_DAY.plusDays(random.nextInt(DAYS));
    BoundStatement order =
        insert.bind(
            number / ORDERS_TO_A_CUSTOMER,
            new UUID(random.nextLong(), random.nextLong()),
            day,
            STATUSES.get(random.nextInt(STATUSES.size())),
            new BigDecimal(BigInteger.valueOf(random.nextInt(1_000_000)), 2),
            1 + random.nextInt(9),
            "order number " + number,
            Instant.ofEpochSecond(day.toEpochDay() * 86_400 + random.nextInt(86_400)));
    // Every third order has no tags: a null that must come back as one.
    return number % 3 == 0 ? order : order.set("tags", Set.of("web", "vip"), Set.class);
  }
}
