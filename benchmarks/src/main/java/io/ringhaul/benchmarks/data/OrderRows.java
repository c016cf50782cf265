package io.ringhaul.benchmarks.data;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.ColumnDefinition;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.detach.AttachmentPoint;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import com.datastax.oss.driver.internal.core.cql.DefaultColumnDefinition;
import com.datastax.oss.driver.internal.core.cql.DefaultColumnDefinitions;
import com.datastax.oss.protocol.internal.response.result.ColumnSpec;
import com.datastax.oss.protocol.internal.response.result.RawType;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.internal.files.OutputFormat;
import io.ringhaul.internal.files.PartWriter;
import io.ringhaul.internal.files.WriterContext;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TokenRangeSet;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * The orders as serialized driver rows, created without a cluster; the n-th row is always the same.
 */
public final class OrderRows {

  /** Rows per measurement, more than processor caches hold. */
  public static final int COUNT = 50_000;

  /** Rows of a partition. */
  public static final int OF_A_CUSTOMER = 10;

  /** The table of the rows. */
  public static final TableDescription TABLE =
      new TableDescription(
          BenchCluster.KEYSPACE,
          Dataset.ORDERS.table(),
          List.of(
              new ColumnDescription("customer_id", DataTypes.BIGINT, Kind.PARTITION_KEY),
              new ColumnDescription("order_id", DataTypes.UUID, Kind.CLUSTERING),
              new ColumnDescription("order_date", DataTypes.DATE, Kind.REGULAR),
              new ColumnDescription("status", DataTypes.TEXT, Kind.REGULAR),
              new ColumnDescription("amount", DataTypes.DECIMAL, Kind.REGULAR),
              new ColumnDescription("quantity", DataTypes.INT, Kind.REGULAR),
              new ColumnDescription("note", DataTypes.TEXT, Kind.REGULAR),
              new ColumnDescription("created_at", DataTypes.TIMESTAMP, Kind.REGULAR)));

  private static final TableData DATA = new OrderData();
  private static final long MEMORY_BYTES = 32L << 20;

  private OrderRows() {}

  /** Returns the values of the first orders, about 93 bytes each. */
  public static List<List<ByteBuffer>> values(int count) {
    List<List<ByteBuffer>> rows = new ArrayList<>(count);
    BoundStatementBuilder row = statement();
    for (int number = 0; number < count; number++) {
      rows.add(values(row, number));
    }
    return rows;
  }

  /** Returns the first orders. */
  public static List<RawRow> of(int count) {
    return values(count).stream().<RawRow>map(values -> values::get).toList();
  }

  /** Returns a writer of orders as a task of an export has it. */
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

  /** Writes these rows to a file writer without a file. */
  public static void write(PartWriter writer, List<RawRow> rows) throws IOException {
    writer.begin(OutputStream.nullOutputStream());
    for (RawRow row : rows) {
      writer.write(row);
    }
    writer.end();
  }

  /** Returns the column definitions of the driver. */
  public static ColumnDefinitions definitions() {
    return DefaultColumnDefinitions.valueOf(
        specs().stream()
            .<ColumnDefinition>map(spec -> new DefaultColumnDefinition(spec, AttachmentPoint.NONE))
            .toList());
  }

  /** Returns the column definitions of the protocol. */
  public static List<ColumnSpec> specs() {
    List<ColumnSpec> specs = new ArrayList<>();
    for (ColumnDescription column : TABLE.columns()) {
      specs.add(
          new ColumnSpec(
              TABLE.keyspace(),
              TABLE.name(),
              column.name(),
              specs.size(),
              Objects.requireNonNull(RawType.PRIMITIVES.get(column.type().getProtocolCode()))));
    }
    return specs;
  }

  private static List<ByteBuffer> values(BoundStatementBuilder row, long number) {
    DATA.bind(row, number, new SplittableRandom(number));
    List<ByteBuffer> values = new ArrayList<>();
    for (int i = 0; i < TABLE.columns().size(); i++) {
      values.add(Objects.requireNonNull(row.getBytesUnsafe(i)));
    }
    return List.copyOf(values);
  }

  /** Returns an unprepared statement that only holds values. */
  private static BoundStatementBuilder statement() {
    return new BoundStatementBuilder(
        null,
        definitions(),
        new ByteBuffer[TABLE.columns().size()],
        null,
        null,
        null,
        null,
        null,
        Map.of(),
        null,
        false,
        Statement.NO_DEFAULT_TIMESTAMP,
        null,
        0,
        null,
        null,
        null,
        CodecRegistry.DEFAULT,
        ProtocolVersion.DEFAULT);
  }
}
