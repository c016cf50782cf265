package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.cql.TableSchema;
import io.ringhaul.files.OutputFormat;
import io.ringhaul.files.PartWriter;
import io.ringhaul.files.WriterContext;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.ring.TokenRangeSet;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;

/**
 * Orders as the driver has them, serialized and in the order of the ring's partitions, made without
 * a cluster: the n-th is always the same.
 */
public final class OrderRows {

  /** How many a measurement handles at once: more than the caches of a processor hold. */
  public static final int COUNT = 50_000;

  /** The rows of a partition. */
  public static final int OF_A_CUSTOMER = 10;

  /** The table that they are of. */
  public static final TableDescription TABLE =
      new TableDescription(
          BenchCluster.KEYSPACE,
          "orders",
          List.of(
              new ColumnDescription("customer_id", DataTypes.BIGINT, Kind.PARTITION_KEY),
              new ColumnDescription("order_id", DataTypes.UUID, Kind.CLUSTERING),
              new ColumnDescription("order_date", DataTypes.DATE, Kind.REGULAR),
              new ColumnDescription("status", DataTypes.TEXT, Kind.REGULAR),
              new ColumnDescription("amount", DataTypes.DECIMAL, Kind.REGULAR),
              new ColumnDescription("quantity", DataTypes.INT, Kind.REGULAR),
              new ColumnDescription("note", DataTypes.TEXT, Kind.REGULAR),
              new ColumnDescription("created_at", DataTypes.TIMESTAMP, Kind.REGULAR)));

  private static final List<String> STATUSES = List.of("new", "paid", "shipped", "returned");
  private static final LocalDate FIRST_DAY = LocalDate.of(2025, 1, 1);
  private static final long MEMORY_BYTES = 32L << 20;

  private OrderRows() {}

  /** The values of the first orders, some 90 bytes each. */
  public static List<List<ByteBuffer>> values(int count) {
    List<List<ByteBuffer>> rows = new ArrayList<>(count);
    for (int number = 0; number < count; number++) {
      rows.add(values((long) number));
    }
    return rows;
  }

  /** The first orders. */
  public static List<RawRow> of(int count) {
    return values(count).stream().<RawRow>map(values -> values::get).toList();
  }

  /** A writer of orders, as a task of an export has one. */
  public static PartWriter writer(OutputFormat format, Compression compression) {
    ExportDescription export =
        new ExportDescription(
            new UUID(0, 0), TABLE, TABLE.columns(), 1, TokenRangeSet.wholeRing(), Map.of());
    return format.writer(
        new WriterContext(
            TableSchema.of(TABLE, TABLE.columns()),
            TABLE.columns(),
            format.properties(export),
            compression,
            Long.MAX_VALUE,
            MEMORY_BYTES));
  }

  /** Writes a file of these rows to nowhere. */
  public static void write(PartWriter writer, List<RawRow> rows) throws IOException {
    writer.begin(OutputStream.nullOutputStream());
    for (RawRow row : rows) {
      writer.write(row);
    }
    writer.end();
  }

  private static List<ByteBuffer> values(long number) {
    Random random = new Random(number);
    LocalDate day = FIRST_DAY.plusDays(random.nextInt(365));
    return List.of(
        encode(TypeCodecs.BIGINT, number / OF_A_CUSTOMER),
        encode(TypeCodecs.UUID, new UUID(random.nextLong(), random.nextLong())),
        encode(TypeCodecs.DATE, day),
        encode(TypeCodecs.TEXT, STATUSES.get(random.nextInt(STATUSES.size()))),
        encode(TypeCodecs.DECIMAL, BigDecimal.valueOf(random.nextInt(1_000_000), 2)),
        encode(TypeCodecs.INT, 1 + random.nextInt(9)),
        encode(TypeCodecs.TEXT, "order number " + number + ", to be left with the neighbour"),
        encode(
            TypeCodecs.TIMESTAMP,
            Instant.ofEpochMilli(day.toEpochDay() * 86_400_000 + random.nextInt(86_400_000))));
  }

  private static <T> ByteBuffer encode(TypeCodec<T> codec, T value) {
    return Objects.requireNonNull(codec.encode(value, ProtocolVersion.DEFAULT));
  }
}
