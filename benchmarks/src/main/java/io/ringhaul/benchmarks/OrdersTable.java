package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.batch.BatchWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** Orders, ten to a customer, each derived from its number: about 93 bytes of cells. */
final class OrdersTable {

  private static final int ORDERS_TO_A_CUSTOMER = 10;
  private static final LocalDate FIRST_DAY = LocalDate.of(2025, 1, 1);
  private static final int DAYS = 365;
  private static final List<String> STATUSES = List.of("new", "paid", "shipped", "returned");

  private final CqlSession session;

  OrdersTable(CqlSession session) {
    this.session = session;
  }

  void create(String name) {
    session.execute(
        String.format(
            "CREATE TABLE %s.%s (customer_id bigint, order_id uuid, order_date date, status text,"
                + " amount decimal, quantity int, note text, created_at timestamp,"
                + " PRIMARY KEY (customer_id, order_id))",
            BenchCluster.KEYSPACE, name));
  }

  void fill(String name, long rows) throws InterruptedException {
    PreparedStatement insert =
        session.prepare(
            String.format(
                "INSERT INTO %s.%s (customer_id, order_id, order_date, status, amount, quantity,"
                    + " note, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                BenchCluster.KEYSPACE, name));
    try (BatchWriter writer = BatchWriter.over(session)) {
      for (long number = 0; number < rows; number++) {
        Random random = new Random(number);
        LocalDate day = FIRST_DAY.plusDays(random.nextInt(DAYS));
        writer.add(
            insert.bind(
                number / ORDERS_TO_A_CUSTOMER,
                new UUID(random.nextLong(), random.nextLong()),
                day,
                STATUSES.get(random.nextInt(STATUSES.size())),
                new BigDecimal(BigInteger.valueOf(random.nextInt(1_000_000)), 2),
                1 + random.nextInt(9),
                "order number " + number + ", to be left at the door",
                Instant.ofEpochSecond(day.toEpochDay() * 86_400 + random.nextInt(86_400))));
      }
      writer.flush();
    }
  }
}
