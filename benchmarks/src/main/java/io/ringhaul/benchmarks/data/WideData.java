package io.ringhaul.benchmarks.data;

import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;

/** Rows of 60 columns with twelve alternating types; a tenth of the values are null. */
final class WideData implements TableData {

  private static final int COLUMNS = 60;
  private static final int DAYS = 20_000;
  private static final long DAY_NANOS = 86_400_000_000_000L;
  private static final List<String> TYPES =
      List.of(
          "int",
          "text",
          "bigint",
          "double",
          "timestamp",
          "boolean",
          "decimal",
          "date",
          "uuid",
          "float",
          "smallint",
          "time");

  @Override
  public List<String> columns() {
    List<String> columns = new ArrayList<>(List.of("id bigint"));
    for (int i = 1; i < COLUMNS; i++) {
      columns.add(String.format(Locale.ROOT, "c%02d %s", i, TYPES.get(i % TYPES.size())));
    }
    return columns;
  }

  @Override
  public String primaryKey() {
    return "(id)";
  }

  @Override
  public BoundStatementBuilder bind(
      BoundStatementBuilder row, long number, SplittableRandom random) {
    BoundStatementBuilder bound = row.setLong(0, number);
    for (int i = 1; i < COLUMNS; i++) {
      if (random.nextInt(10) > 0) {
        bound = bind(bound, i, random);
      }
    }
    return bound;
  }

  private static BoundStatementBuilder bind(
      BoundStatementBuilder row, int i, SplittableRandom random) {
    return switch (TYPES.get(i % TYPES.size())) {
      case "int" -> row.setInt(i, random.nextInt());
      case "text" -> row.setString(i, "text " + random.nextInt(1_000_000));
      case "bigint" -> row.setLong(i, random.nextLong());
      case "double" -> row.setDouble(i, random.nextDouble());
      case "timestamp" -> row.setInstant(i, Instant.ofEpochMilli(random.nextLong(1L << 41)));
      case "boolean" -> row.setBoolean(i, random.nextBoolean());
      case "decimal" -> row.setBigDecimal(i, BigDecimal.valueOf(random.nextLong(1L << 40), 3));
      case "date" -> row.setLocalDate(i, LocalDate.ofEpochDay(random.nextInt(DAYS)));
      case "uuid" -> row.setUuid(i, new UUID(random.nextLong(), random.nextLong()));
      case "float" -> row.setFloat(i, random.nextInt(1_000_000) / 8f);
      case "smallint" -> row.setShort(i, (short) random.nextInt());
      case "time" -> row.setLocalTime(i, LocalTime.ofNanoOfDay(random.nextLong(DAY_NANOS)));
      default -> throw new AssertionError(TYPES.get(i % TYPES.size()));
    };
  }
}
