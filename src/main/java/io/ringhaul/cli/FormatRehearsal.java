package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * Rows go out to each format and come back without a cluster, for the classes that it takes, and
 * for the profiles of their methods where the JVM keeps those.
 */
final class FormatRehearsal {

  private static final TableDescription TABLE =
      new TableDescription(
          "k",
          "t",
          List.of(
              new ColumnDescription("a", DataTypes.BIGINT, Kind.PARTITION_KEY),
              new ColumnDescription("b", DataTypes.UUID, Kind.CLUSTERING),
              new ColumnDescription("c", DataTypes.TEXT, Kind.REGULAR),
              new ColumnDescription("d", DataTypes.DECIMAL, Kind.REGULAR),
              new ColumnDescription("e", DataTypes.INT, Kind.REGULAR),
              new ColumnDescription("f", DataTypes.DATE, Kind.REGULAR),
              new ColumnDescription("g", DataTypes.TIMESTAMP, Kind.REGULAR)));

  private final Path folder;
  private final int rows;
  private final List<ByteBuffer> row =
      List.of(
          TypeCodecs.BIGINT.encode(1L, ProtocolVersion.DEFAULT),
          TypeCodecs.UUID.encode(new UUID(1, 2), ProtocolVersion.DEFAULT),
          TypeCodecs.TEXT.encode("text", ProtocolVersion.DEFAULT),
          TypeCodecs.DECIMAL.encode(new BigDecimal("1.50"), ProtocolVersion.DEFAULT),
          TypeCodecs.INT.encode(3, ProtocolVersion.DEFAULT),
          TypeCodecs.DATE.encode(LocalDate.EPOCH, ProtocolVersion.DEFAULT),
          TypeCodecs.TIMESTAMP.encode(Instant.EPOCH, ProtocolVersion.DEFAULT));

  /**
   * @param folder empty; what is written stays there
   * @param rows to each format
   */
  FormatRehearsal(Path folder, int rows) {
    this.folder = folder;
    this.rows = rows;
  }

  /** How many rows came back. */
  int run() {
    Path csv = folder.resolve("csv");
    Path json = folder.resolve("json");
    Path parquet = folder.resolve("parquet");
    Path warehouse = folder.resolve("warehouse");
    return roundTrip(CsvTarget.folder(csv), CsvSource.at(csv))
        + roundTrip(JsonTarget.folder(json), JsonSource.at(json))
        + roundTrip(ParquetTarget.folder(parquet), ParquetSource.at(parquet))
        + roundTrip(
            IcebergTarget.warehouse(warehouse), IcebergSource.warehouse(warehouse).table("k.t"));
  }

  private int roundTrip(ExportTarget target, ImportSource source) {
    write(target);
    return read(source);
  }

  private void write(ExportTarget target) {
    List<ColumnDescription> columns = TABLE.columns();
    try (TargetSession session = target.open()) {
      TargetPlan plan =
          session.plan(
              new ExportDescription(
                  UUID.randomUUID(), TABLE, columns, 1, TokenRangeSet.wholeRing(), Map.of()));
      TaskOutput output;
      try (TaskWriter writer = session.openTask(plan, columns, 0)) {
        for (int i = 0; i < rows; i++) {
          writer.write(row::get);
        }
        output = writer.finish();
      }
      session.commit(plan, List.of(output));
    }
  }

  private static int read(ImportSource source) {
    int rows = 0;
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(TABLE, List.of(), OptionalInt.empty());
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, TABLE.select(plan.columns()), task)) {
          while (reader.next() != null) {
            rows++;
          }
        }
      }
    }
    return rows;
  }
}
