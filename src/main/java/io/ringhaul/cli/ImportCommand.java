package io.ringhaul.cli;

import io.ringhaul.ImportRequest;
import io.ringhaul.format.ImportSource;
import io.ringhaul.spark.RinghaulSpark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Imports into a table. */
@Command(
    name = "import",
    description = "Imports rows into a table.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class ImportCommand extends WriteCommand {

  @Mixin private FormatOptions format = new FormatOptions();
  @Mixin private SourceFileOptions source = new SourceFileOptions();
  @Mixin private SparkOptions spark = new SparkOptions();

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      description =
          "The columns to import, in CQL form; for CSV files without a header, the names of"
              + " the fields. Default: all columns of the source.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = "--primary-key",
      paramLabel = "COLUMNS",
      description =
          "The primary key of the table that --create-table creates, as in CQL: id, or '(id, day),"
              + " time desc'. Default: that of the source; the identifier fields of an Iceberg"
              + " table.")
  private @Nullable String primaryKey;

  @Option(
      names = "--query",
      paramLabel = "CQL",
      description =
          "The INSERT, UPDATE or DELETE that writes each record, with fields as variables, as in"
              + " 'UPDATE store.orders SET tags = tags + :tags WHERE id = :id'. Default: an INSERT"
              + " of the columns.")
  private @Nullable String query;

  @Option(
      names = "--null-to-unset",
      arity = "0..1",
      fallbackValue = "true",
      preprocessor = OptionValues.AttachedValue.class,
      paramLabel = "true|false",
      description =
          "Whether a null leaves the cell unchanged; false deletes the cell. Default: true.")
  private @Nullable Boolean nullToUnset;

  @Option(
      names = "--ignore-cell-times",
      description =
          "Ignores write times and TTLs of the source and writes all cells with the current"
              + " time.")
  private boolean ignoreCellTimes;

  @Option(
      names = "--ttl-read-at",
      paramLabel = "TIME",
      description =
          "Time at which the TTLs were read, for a source that does not record it, such as"
              + " 2026-01-31T00:00:00Z.")
  private @Nullable Instant ttlReadAt;

  @Option(
      names = "--max-records",
      paramLabel = "N",
      description =
          "Maximum number of records to read, of several files in no particular order; such an"
              + " import is no job. Default: all records.")
  private @Nullable Long maxRecords;

  @Override
  Optional<SparkOptions> spark() {
    return Optional.of(spark);
  }

  @Override
  ImportRequest onSpark(RinghaulSpark entrance, RinghaulSpark.Request<ImportRequest> request) {
    return entrance.importInto(request);
  }

  @Override
  Optional<FormatOptions> format() {
    return Optional.of(format);
  }

  @Override
  Optional<String> noJob() {
    if (maxRecords != null) {
      return Optional.of("an import with --max-records");
    }
    return format.isStream() ? Optional.of("an import from standard input") : super.noJob();
  }

  @Override
  void read(ImportRequest request) {
    request.from(written()).columns(writtenColumns().toArray(String[]::new));
    if (Boolean.FALSE.equals(nullToUnset)) {
      request.nullsAsTombstones();
    }
    if (primaryKey != null) {
      request.primaryKey(primaryKey);
    }
    if (query != null) {
      request.query(query);
    }
    if (ignoreCellTimes) {
      request.ignoreCellTimes();
    }
    if (ttlReadAt != null) {
      request.ttlReadAt(ttlReadAt);
    }
    if (maxRecords != null) {
      request.maxRecords(maxRecords);
    }
  }

  @Override
  String leavesOutRows() {
    return maxRecords != null ? "--max-records" : query != null ? "--query" : super.leavesOutRows();
  }

  @Override
  ImportSource written() {
    return source.source(format, columns);
  }

  @Override
  List<String> writtenColumns() {
    return source.selectedColumns(format, columns);
  }
}
