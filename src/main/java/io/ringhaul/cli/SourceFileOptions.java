package io.ringhaul.cli;

import static io.ringhaul.cli.FormatOptions.Format.CSV;
import static io.ringhaul.cli.FormatOptions.Format.ICEBERG;
import static io.ringhaul.cli.FormatOptions.Format.JSON;
import static io.ringhaul.cli.FormatOptions.Format.PARQUET;

import io.ringhaul.csv.CsvDialect;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.internal.files.PathList;
import io.ringhaul.json.JsonSource;
import io.ringhaul.parquet.ParquetSource;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.IllformedLocaleException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The files or the Iceberg table to read, beside the format and the location. */
final class SourceFileOptions {

  /** One byte array holds a record, with room for its quotes. */
  private static final long LARGEST_RECORD = 1L << 30;

  @Option(
      names = "--paths",
      paramLabel = "FILE",
      description =
          "A file with paths and globs to read in place of --path: UTF-8, one per line; blank"
              + " lines and lines that start with # are skipped.")
  private @Nullable Path paths;

  @Option(
      names = "--compression",
      paramLabel = "NAME",
      description =
          "Compression of CSV and JSON files. Default: derived from the file name's extension.")
  private @Nullable Compression compression;

  @Mixin private FormatOptions.CsvOptions csv = new FormatOptions.CsvOptions();

  @Option(
      names = "--null-value",
      paramLabel = "TEXT",
      description =
          "Text of an unquoted CSV field that stands for null, in addition to the empty field;"
              + " repeatable.")
  private List<String> nullValues = new ArrayList<>();

  @Option(
      names = "--booleans",
      paramLabel = "YES,NO",
      description =
          "The words of booleans in CSV, in any case. Default: true, t, yes, y and 1; false, f, no,"
              + " n and 0.")
  private @Nullable String booleans;

  @Option(
      names = "--number-locale",
      paramLabel = "TAG",
      description =
          "The locale of numbers in CSV, such as de-DE for 1.234,5. Default: digits with a decimal"
              + " point.")
  private @Nullable String numberLocale;

  @Option(
      names = "--trimmed",
      description =
          "Drops blanks and tabs around CSV fields without quotes. Default: they belong to the"
              + " value.")
  private boolean trimmed;

  @Option(
      names = "--timestamp-format",
      paramLabel = "PATTERN",
      description = "Format of timestamps in CSV and JSON. Default: 2026-01-31T10:00:00.500Z.")
  private @Nullable String timestampFormat;

  @Option(
      names = "--date-format",
      paramLabel = "PATTERN",
      description = "Format of dates in CSV and JSON. Default: 2026-01-31.")
  private @Nullable String dateFormat;

  @Option(
      names = "--time-format",
      paramLabel = "PATTERN",
      description = "Format of times in CSV and JSON. Default: 10:00:00.123456789.")
  private @Nullable String timeFormat;

  @Option(
      names = "--time-zone",
      paramLabel = "ZONE",
      description =
          "Time zone of timestamps that have none. Default: UTC in CSV and JSON; Parquet files and"
              + " Iceberg tables with such timestamps are refused.")
  private @Nullable ZoneId timeZone;

  @Option(
      names = "--truncate-timestamps",
      description =
          "Cuts timestamps of Parquet files and Iceberg tables off after the milliseconds. Default:"
              + " a row with a finer timestamp is refused.")
  private boolean truncateTimestamps;

  @Option(
      names = "--drop-null-elements",
      description =
          "Leaves out nulls in lists and maps of Parquet files and Iceberg tables. Default: a row"
              + " with one is refused.")
  private boolean dropNullElements;

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description = "The encoding of CSV and JSON files. Default: UTF-8.")
  private @Nullable Charset encoding;

  @Option(
      names = "--max-record-size",
      paramLabel = "SIZE",
      converter = OptionValues.ByteSize.class,
      description =
          "Maximum size of a record of CSV and JSON files, such as 64m. Default: 1/32 of the"
              + " heap, at most 256m.")
  private @Nullable Long maxRecordSize;

  @Option(
      names = "--max-columns",
      paramLabel = "N",
      description =
          "Maximum number of fields of a CSV record or of the first JSON record. Default:"
              + " 10000.")
  private @Nullable Integer maxColumns;

  @Option(
      names = "--skip-records",
      paramLabel = "N",
      description = "Number of records to skip at the start of each CSV file. Default: 0.")
  private @Nullable Long skipRecords;

  @Option(
      names = "--snapshot",
      paramLabel = "ID",
      description = "The Iceberg snapshot to read. Default: the current one.")
  private @Nullable Long snapshot;

  @Option(
      names = "--branch",
      paramLabel = "NAME",
      description = "The branch of the Iceberg table to read. Default: main.")
  private @Nullable String branch;

  @Option(
      names = "--tag",
      paramLabel = "NAME",
      description = "The tag of the Iceberg table to read.")
  private @Nullable String tag;

  @Option(
      names = "--changes",
      paramLabel = "FROM..TO",
      description =
          "Reads only the rows added to the Iceberg table after snapshot FROM, up to and"
              + " including snapshot TO.")
  private @Nullable String changes;

  /** Whether an option is given. */
  boolean areGiven() {
    return csv.areGiven()
        || !nullValues.isEmpty()
        || trimmed
        || truncateTimestamps
        || dropNullElements
        || Stream.of(
                paths,
                compression,
                booleans,
                numberLocale,
                timestampFormat,
                dateFormat,
                timeFormat,
                timeZone,
                encoding,
                maxRecordSize,
                maxColumns,
                skipRecords,
                snapshot,
                branch,
                tag,
                changes)
            .anyMatch(Objects::nonNull);
  }

  /**
   * Checks that the source has all rows of its table.
   *
   * @param option the option that needs them
   */
  void requireAllRows(String option) {
    if (changes != null) {
      throw new InvalidSettingException(
          option,
          option + " does not go with --changes: rows outside of the changes would be deleted");
    }
  }

  /**
   * The columns to select from the source; empty for all columns.
   *
   * @param columns the values of {@code --columns}
   */
  List<String> selectedColumns(FormatOptions format, List<String> columns) {
    return namesFields(format, columns)
        ? List.of()
        : OptionValues.CqlName.all("--columns", columns);
  }

  /**
   * The source.
   *
   * @param columns the values of {@code --columns}, which name the fields of CSV files without a
   *     header
   */
  ImportSource source(FormatOptions format, List<String> columns) {
    format.requireBoth(paths != null);
    format.allow("--paths", paths, CSV, JSON, PARQUET);
    format.allow("--compression", compression, CSV, JSON);
    csv.allow(format);
    format.allow("--null-value", nullValues, CSV);
    format.allow("--booleans", booleans, CSV);
    format.allow("--number-locale", numberLocale, CSV);
    format.allow("--trimmed", trimmed, CSV);
    format.allow("--timestamp-format", timestampFormat, CSV, JSON);
    format.allow("--date-format", dateFormat, CSV, JSON);
    format.allow("--time-format", timeFormat, CSV, JSON);
    format.allow("--truncate-timestamps", truncateTimestamps, PARQUET, ICEBERG);
    format.allow("--drop-null-elements", dropNullElements, PARQUET, ICEBERG);
    format.allow("--encoding", encoding, CSV, JSON);
    format.allow("--max-record-size", maxRecordSize, CSV, JSON);
    format.allow("--max-columns", maxColumns, CSV, JSON);
    format.allow("--skip-records", skipRecords, CSV);
    format.allow("--snapshot", snapshot, ICEBERG);
    format.allow("--branch", branch, ICEBERG);
    format.allow("--tag", tag, ICEBERG);
    format.allow("--changes", changes, ICEBERG);
    return switch (format.format()) {
      case ICEBERG -> iceberg(format);
      case PARQUET -> parquet(format);
      case JSON -> json(format);
      case CSV -> csv(format, columns);
    };
  }

  private IcebergSource iceberg(FormatOptions format) {
    if (Stream.of(snapshot, branch, tag, changes).filter(set -> set != null).count() > 1) {
      throw new InvalidSettingException(
          "--snapshot", "Give only one of --snapshot, --branch, --tag and --changes");
    }
    IcebergSource source = format.icebergSource();
    source = snapshot == null ? source : source.snapshot(snapshot);
    source = branch == null ? source : source.branch(branch);
    source = tag == null ? source : source.tag(tag);
    source = timeZone == null ? source : source.timeZone(timeZone);
    source = truncateTimestamps ? source.truncateTimestamps() : source;
    source = dropNullElements ? source.dropNullElements() : source;
    if (changes == null) {
      return source;
    }
    OptionValues.NumberRange snapshots = OptionValues.NumberRange.parse("--changes", changes);
    return source.changesBetween(snapshots.first(), snapshots.second());
  }

  private ParquetSource parquet(FormatOptions format) {
    ParquetSource source =
        (paths == null ? ParquetSource.at(format.path()) : ParquetSource.at(PathList.read(paths)))
            .storage(format.storage());
    source = timeZone == null ? source : source.timeZone(timeZone);
    source = truncateTimestamps ? source.truncateTimestamps() : source;
    return dropNullElements ? source.dropNullElements() : source;
  }

  private JsonSource json(FormatOptions format) {
    JsonSource source =
        paths != null
            ? JsonSource.at(PathList.read(paths))
            : format.isStream() ? JsonSource.of(System.in) : JsonSource.at(format.path());
    source = source.storage(format.storage());
    source = compression == null ? source : source.compression(compression);
    source = timestampFormat == null ? source : source.timestampFormat(timestampFormat);
    source = dateFormat == null ? source : source.dateFormat(dateFormat);
    source = timeFormat == null ? source : source.timeFormat(timeFormat);
    source = timeZone == null ? source : source.timeZone(timeZone);
    source = encoding == null ? source : source.encoding(encoding);
    source = maxRecordSize == null ? source : source.maxRecordSize(recordSize(maxRecordSize));
    return maxColumns == null ? source : source.maxColumns(maxColumns);
  }

  private CsvSource csv(FormatOptions format, List<String> columns) {
    CsvSource source =
        paths != null
            ? CsvSource.at(PathList.read(paths))
            : format.isStream() ? CsvSource.of(System.in) : CsvSource.at(format.path());
    source = source.storage(format.storage());
    source = compression == null ? source : source.compression(compression);
    CsvDialect dialect = csv.dialect();
    source = dialect == null ? source : source.dialect(dialect);
    Character delimiter = csv.delimiter();
    source = delimiter == null ? source : source.delimiter(delimiter);
    Boolean header = csv.header();
    if (header != null) {
      source = header ? source.withHeader() : source.withoutHeader();
    }
    source = namesFields(format, columns) ? source.columns(columns.toArray(String[]::new)) : source;
    source = trimmed ? source.trimmed() : source;
    if (booleans != null) {
      String[] words = booleans.split(",", -1);
      if (words.length != 2) {
        throw new InvalidSettingException(
            "--booleans", "--booleans is '" + booleans + "'; it takes two words, such as ja,nein");
      }
      source = source.booleans(words[0].strip(), words[1].strip());
    }
    source = numberLocale == null ? source : source.numberLocale(locale(numberLocale));
    source = nullValues.isEmpty() ? source : source.nullValue(nullValues.toArray(String[]::new));
    source = timestampFormat == null ? source : source.timestampFormat(timestampFormat);
    source = dateFormat == null ? source : source.dateFormat(dateFormat);
    source = timeFormat == null ? source : source.timeFormat(timeFormat);
    source = timeZone == null ? source : source.timeZone(timeZone);
    source = encoding == null ? source : source.encoding(encoding);
    source = maxRecordSize == null ? source : source.maxRecordSize(recordSize(maxRecordSize));
    source = maxColumns == null ? source : source.maxColumns(maxColumns);
    return skipRecords == null ? source : source.skipRecords(skipRecords);
  }

  private static Locale locale(String tag) {
    try {
      return new Locale.Builder().setLanguageTag(tag.replace('_', '-')).build();
    } catch (IllformedLocaleException e) {
      throw new InvalidSettingException(
          "--number-locale",
          "--number-locale is '" + tag + "'; it takes a language and a country, such as de-DE");
    }
  }

  private static int recordSize(long bytes) {
    if (bytes > LARGEST_RECORD) {
      throw new InvalidSettingException(
          "--max-record-size",
          "--max-record-size is " + bytes + " bytes; the maximum is " + LARGEST_RECORD);
    }
    return (int) bytes;
  }

  /** Whether {@code --columns} names the fields of CSV files without a header. */
  private boolean namesFields(FormatOptions format, List<String> columns) {
    return format.format() == CSV && Boolean.FALSE.equals(csv.header()) && !columns.isEmpty();
  }
}
