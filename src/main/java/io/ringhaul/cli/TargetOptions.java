package io.ringhaul.cli;

import static io.ringhaul.cli.FormatOptions.Format.CSV;
import static io.ringhaul.cli.FormatOptions.Format.ICEBERG;
import static io.ringhaul.cli.FormatOptions.Format.JSON;
import static io.ringhaul.cli.FormatOptions.Format.PARQUET;

import io.ringhaul.csv.CsvDialect;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetTarget;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How an export is written. */
final class TargetOptions {

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "What becomes of a target that holds something: ${COMPLETION-CANDIDATES}. Default:"
              + " create, which refuses it.")
  private @Nullable WriteMode mode;

  @Option(
      names = "--compression",
      paramLabel = "NAME",
      description =
          "none, gzip, zstd, lz4, snappy, bzip2 or xz, as the format has them. Default: zstd for"
              + " iceberg and parquet, none for csv and json.")
  private @Nullable Compression compression;

  @Option(
      names = "--max-file-size",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description = "The size at which a file is ended, such as 64m. Default: 128m.")
  private @Nullable Long maxFileSize;

  @Mixin private CsvOptions csv = new CsvOptions();

  @Option(
      names = "--single-array",
      description = "Writes each JSON file as one array. Default: one object a line.")
  private boolean singleArray;

  @Option(
      names = "--partition-by",
      paramLabel = "EXPR",
      // A comma inside parentheses belongs to the expression.
      split = ",(?![^(]*\\))",
      splitSynopsisLabel = ",",
      description =
          "How a new Iceberg table is partitioned: a column, month(c), bucket(16, c), ...;"
              + " repeatable.")
  private List<String> partitionBy = new ArrayList<>();

  @Option(
      names = "--overwrite-partitions",
      description = "Replaces the partitions of an Iceberg table that the export has rows for.")
  private boolean overwritePartitions;

  @Option(
      names = "--branch",
      paramLabel = "NAME",
      description = "The branch of the Iceberg table to write. Default: main.")
  private @Nullable String branch;

  @Option(
      names = "--decimal",
      paramLabel = "COL=P,S",
      converter = DecimalOption.Converter.class,
      description =
          "Writes a decimal or varint column of an Iceberg table or Parquet files as decimal(P,S),"
              + " strictly; repeatable. Default: text, which holds any value.")
  private List<DecimalOption> decimals = new ArrayList<>();

  @Option(
      names = "--table-property",
      paramLabel = "KEY=VALUE",
      description = "A property of the Iceberg table; repeatable.")
  private Map<String, String> tableProperties = new LinkedHashMap<>();

  ExportTarget target(FormatOptions format) {
    csv.allow(format);
    format.allow("--single-array", singleArray, JSON);
    format.allow("--partition-by", partitionBy, ICEBERG);
    format.allow("--overwrite-partitions", overwritePartitions, ICEBERG);
    format.allow("--branch", branch, ICEBERG);
    format.allow("--decimal", decimals, ICEBERG, PARQUET);
    format.allow("--table-property", tableProperties, ICEBERG);
    return switch (format.format()) {
      case ICEBERG -> iceberg(format);
      case PARQUET -> parquet(format);
      case JSON -> json(format);
      case CSV -> csv(format);
    };
  }

  private IcebergTarget iceberg(FormatOptions format) {
    IcebergTarget target =
        IcebergTarget.warehouse(format.folder()).partitionBy(partitionBy.toArray(String[]::new));
    String table = format.icebergTable();
    target = table == null ? target : target.table(table);
    target = mode == null ? target : target.mode(mode);
    target = overwritePartitions ? target.overwritePartitions() : target;
    target = branch == null ? target : target.branch(branch);
    target = compression == null ? target : target.compression(compression);
    target = maxFileSize == null ? target : target.targetFileSize(maxFileSize);
    for (DecimalOption decimal : decimals) {
      target = target.decimal(decimal.column(), decimal.precision(), decimal.scale());
    }
    for (Map.Entry<String, String> property : tableProperties.entrySet()) {
      target = target.property(property.getKey(), property.getValue());
    }
    return target;
  }

  private ParquetTarget parquet(FormatOptions format) {
    ParquetTarget target = ParquetTarget.folder(format.folder());
    target = mode == null ? target : target.mode(mode);
    target = compression == null ? target : target.compression(compression);
    target = maxFileSize == null ? target : target.maxFileSize(maxFileSize);
    for (DecimalOption decimal : decimals) {
      target = target.decimal(decimal.column(), decimal.precision(), decimal.scale());
    }
    return target;
  }

  private JsonTarget json(FormatOptions format) {
    JsonTarget target = JsonTarget.folder(format.folder());
    target = mode == null ? target : target.mode(mode);
    target = compression == null ? target : target.compression(compression);
    target = maxFileSize == null ? target : target.maxFileSize(maxFileSize);
    return singleArray ? target.singleArray() : target;
  }

  private CsvTarget csv(FormatOptions format) {
    CsvTarget target = CsvTarget.folder(format.folder());
    target = mode == null ? target : target.mode(mode);
    target = compression == null ? target : target.compression(compression);
    target = maxFileSize == null ? target : target.maxFileSize(maxFileSize);
    CsvDialect dialect = csv.dialect();
    target = dialect == null ? target : target.dialect(dialect);
    Character delimiter = csv.delimiter();
    target = delimiter == null ? target : target.delimiter(delimiter);
    return Boolean.FALSE.equals(csv.header()) ? target.withoutHeader() : target;
  }
}
