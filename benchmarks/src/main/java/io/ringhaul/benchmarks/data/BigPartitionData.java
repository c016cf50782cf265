package io.ringhaul.benchmarks.data;

import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

/** Readings of four sensors: few partitions with very many rows. */
final class BigPartitionData implements TableData {

  private static final int PARTITIONS = 4;
  private static final Instant FIRST = Instant.parse("2025-01-01T00:00:00Z");

  @Override
  public List<String> columns() {
    return List.of("sensor int", "taken_at timestamp", "value double", "unit text", "raw bigint");
  }

  @Override
  public String primaryKey() {
    return "(sensor, taken_at)";
  }

  @Override
  public BoundStatementBuilder bind(
      BoundStatementBuilder row, long number, SplittableRandom random) {
    return row.setInt(0, (int) (number % PARTITIONS))
        .setInstant(1, FIRST.plusMillis(number))
        .setDouble(2, random.nextInt(100_000) / 100.0)
        .setString(3, random.nextInt(2) == 0 ? "degrees" : "percent")
        .setLong(4, random.nextLong());
  }
}
