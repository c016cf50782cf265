package io.ringhaul.benchmarks.data;

import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;

/** Orders, ten per customer. */
final class OrderData implements TableData {

  private static final int ORDERS_TO_A_CUSTOMER = 10;
  private static final LocalDate FIRST_DAY = LocalDate.of(2020, 1, 1);
  private static final int DAYS = 5 * 365;
  private static final int SECONDS_OF_A_DAY = 86_400;
  private static final List<String> STATUSES =
      List.of("new", "paid", "packed", "shipped", "delivered", "returned");
  private static final List<String> WISHES =
      List.of("leave at the door", "ring twice", "next door", "as a gift");

  @Override
  public List<String> columns() {
    return List.of(
        "customer_id bigint",
        "order_id uuid",
        "order_date date",
        "status text",
        "amount decimal",
        "quantity int",
        "note text",
        "created_at timestamp");
  }

  @Override
  public String primaryKey() {
    return "(customer_id, order_id)";
  }

  @Override
  public BoundStatementBuilder bind(
      BoundStatementBuilder row, long number, SplittableRandom random) {
    LocalDate day = FIRST_DAY.plusDays(random.nextInt(DAYS));
    return row.setLong(0, number / ORDERS_TO_A_CUSTOMER)
        .setUuid(1, new UUID(random.nextLong(), random.nextLong()))
        .setLocalDate(2, day)
        .setString(3, STATUSES.get(random.nextInt(STATUSES.size())))
        .setBigDecimal(4, BigDecimal.valueOf(random.nextLong(1_000_000_000L), 2))
        .setInt(5, 1 + random.nextInt(99))
        .setString(
            6,
            String.format(Locale.ROOT, "order %09d, ", number)
                + WISHES.get(random.nextInt(WISHES.size()))
                + ", "
                + Integer.toHexString(random.nextInt()))
        .setInstant(
            7,
            Instant.ofEpochMilli(
                (day.toEpochDay() * SECONDS_OF_A_DAY + random.nextInt(SECONDS_OF_A_DAY)) * 1_000
                    + random.nextInt(1_000)));
  }
}
