package io.ringhaul.cli;

import static io.ringhaul.cli.FormatOptions.Format.CSV;
import static io.ringhaul.cli.FormatOptions.Format.ICEBERG;
import static io.ringhaul.cli.FormatOptions.Format.JSON;
import static io.ringhaul.cli.FormatOptions.Format.PARQUET;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.KeyspaceRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.Tolerance;
import io.ringhaul.VerifyRequest;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.csv.CsvDialect;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.TypeMapping;
import io.ringhaul.format.UuidForm;
import io.ringhaul.format.WriteMode;
import io.ringhaul.format.WrittenIn;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.spark.RinghaulSpark;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Exports a table. */
@Command(
    name = "export",
    description = "Exports a table; the result becomes visible in one atomic step.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class ExportCommand extends JobCommand<ExportRequest, ExportResult> {

  /** The options that mean the same to {@code verify}. */
  static final Set<String> OF_VERIFY =
      Set.of(
          "--config",
          "--profile",
          "--contact-point",
          "--local-dc",
          "--username",
          "--driver-config",
          "--consistency",
          "--columns",
          "--mapping",
          "--where",
          "--allow-filtering",
          "--token-range",
          "--keys",
          "--ranges",
          "--format",
          "--path",
          "--compression",
          "--dialect",
          "--delimiter",
          "--header",
          "--iceberg-table",
          "--catalog",
          "--branch");

  @Mixin private FormatOptions format = new FormatOptions();
  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private SelectionOptions selection = new SelectionOptions();
  @Mixin private CellTimeOptions cellTimes = new CellTimeOptions();
  @Mixin private RejectOptions rejects = new RejectOptions();
  @Mixin private SparkOptions spark = new SparkOptions();

  @Option(
      names = "--columns",
      paramLabel = "NAME",
      split = ",",
      converter = OptionValues.CqlName.class,
      description = "The columns to export, in CQL form. Default: all.")
  private List<String> columns = new ArrayList<>();

  @Option(
      names = {"-m", "--mapping"},
      paramLabel = "MAPPING",
      description =
          "Which columns or functions of columns are exported under which names, as in 'customer ="
              + " name, day = toDate(created), * = *'. Default: columns under their own names.")
  private @Nullable String mapping;

  @Option(
      names = "--query",
      paramLabel = "SELECT",
      description =
          "What to export as a SELECT of the table, in place of --columns, --mapping, --where and"
              + " --max-rows; the token ranges are added to it.")
  private @Nullable String query;

  @Option(
      names = "--max-rows",
      paramLabel = "N",
      description = "Maximum number of rows to export, in no particular order. Default: all rows.")
  private @Nullable Long maxRows;

  @Option(
      names = "--incremental",
      description =
          "Exports only the rows that have changed since the last incremental export to the same"
              + " Iceberg table, and merges them into its rows by primary key. Default: all rows.")
  private boolean incremental;

  @Option(
      names = "--detect-deletes",
      description =
          "Finds the changes of --incremental by comparing the table with the Iceberg table, so"
              + " that deleted and expired rows and values are found too. Default: by write times.")
  private boolean detectDeletes;

  @Option(
      names = "--overlap",
      paramLabel = "TIME",
      converter = OptionValues.Age.class,
      description =
          "How long before the last --incremental export the rows that it reads again were"
              + " written, such as 30m: for clocks that differ. Default: 5m.")
  private @Nullable Duration overlap;

  @Option(
      names = "--fixed-tasks",
      description =
          "Keeps the tasks as planned. Default: idle workers take over parts of large tasks.")
  private boolean fixedTasks;

  @Option(
      names = "--max-disk",
      paramLabel = "SIZE",
      converter = OptionValues.ByteSize.class,
      description =
          "Maximum size of the export's files in bytes, such as 20g; at this size the export"
              + " fails and can be resumed with a higher limit. Default: no limit.")
  private @Nullable Long maxDisk;

  @Option(
      names = "--verify",
      description =
          "Compares the table with the export afterwards; clients must not write meanwhile."
              + " Default: no comparison.")
  private boolean verify;

  /** Receives the rows of an export to {@code --path=-}. */
  private final StandardOutput out = new StandardOutput();

  /**
   * The target of an export command.
   *
   * @param arguments the command line, starting with the command's name
   */
  static ExportTarget targetOf(List<String> arguments) {
    ExportCommand export = (ExportCommand) Main.parsed(arguments);
    return export.target.target(export.format, export.out);
  }

  @Override
  Optional<String> noJob() {
    return format.isStream() ? Optional.of("an export to standard output") : Optional.empty();
  }

  @Override
  boolean writesData() {
    return format.isStream();
  }

  @Override
  boolean isReaderGone() {
    return out.isReaderGone();
  }

  /** Says that numbers become text if no type was chosen: engines compare and sort them as text. */
  @Override
  Optional<String> note(CqlSession session) {
    if (!target.leavesNumbersAsText(format)) {
      return Optional.empty();
    }
    CqlIdentifier keyspace = CqlIdentifier.fromCql(table().keyspace());
    CqlIdentifier name = CqlIdentifier.fromCql(table().table());
    long count =
        session
            .getMetadata()
            .getKeyspace(keyspace)
            .flatMap(found -> found.getTable(name))
            .map(found -> found.getColumns().values())
            .orElse(List.of())
            .stream()
            .filter(column -> exports(column.getName()))
            .map(ColumnMetadata::getType)
            .filter(type -> type.equals(DataTypes.DECIMAL) || type.equals(DataTypes.VARINT))
            .count();
    return count == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                "note: %s of decimal or varint %s text in a new table or file; --types analytics"
                    + " writes numbers that queries can sum, --types exact keeps text",
                Figures.count(count, "column", "columns"), count == 1 ? "is" : "are"));
  }

  private boolean exports(CqlIdentifier column) {
    return columns.isEmpty()
        || columns.stream().map(CqlIdentifier::fromCql).anyMatch(column::equals);
  }

  @Override
  ExportRequest request(TokenAwareBulkOperator operator) {
    return operator.export(table().keyspace(), table().table());
  }

  @Override
  KeyspaceRequest<ExportRequest, ExportResult> keyspaceRequest(TokenAwareBulkOperator operator) {
    return operator.exportKeyspace(table().keyspace());
  }

  @Override
  Optional<SparkOptions> spark() {
    return Optional.of(spark);
  }

  @Override
  ExportRequest onSpark(RinghaulSpark entrance, RinghaulSpark.Request<ExportRequest> request) {
    return entrance.export(request);
  }

  @Override
  Optional<FormatOptions> format() {
    return Optional.of(format);
  }

  @Override
  void set(ExportRequest request) {
    request.to(target.target(format, out)).columns(columns.toArray(String[]::new));
    if (mapping != null) {
      request.mapping(mapping);
    }
    if (query != null) {
      String other =
          mapping != null
              ? "--mapping"
              : !columns.isEmpty()
                  ? "--columns"
                  : maxRows != null ? "--max-rows" : selection.hasConditions() ? "--where" : "";
      if (!other.isEmpty()) {
        throw new InvalidSettingException(
            "--query", "--query does not go with " + other + ": write it in the SELECT");
      }
      request.query(query);
    }
    if (verify) {
      notVerifiable()
          .ifPresent(
              problem -> {
                throw problem;
              });
    }
    if (maxDisk != null && format.isStream()) {
      throw new InvalidSettingException(
          "--max-disk", "--max-disk is for files, and --path=- has none");
    }
    selection.apply(request);
    cellTimes.apply(request);
    rejects.apply(request);
    runningJob().ifPresent(job -> job.apply(request));
    if (fixedTasks) {
      request.fixedTasks();
    }
    if (incremental) {
      request.incremental();
    }
    if (detectDeletes) {
      request.detectDeletes();
    }
    if (overlap != null) {
      request.overlap(overlap);
    }
    if (maxDisk != null) {
      request.maxDiskBytes(maxDisk);
    }
    if (maxRows != null) {
      request.maxRows(maxRows);
    }
  }

  /**
   * Why the target does not have the rows of the table, all of them and no others; empty if it has.
   */
  private Optional<InvalidSettingException> notVerifiable() {
    String problem = "";
    if (query != null || (mapping != null && mapping.matches("\\s*\\d+\\s*[=:].*"))) {
      problem =
          (query != null ? "--query" : "positions in --mapping")
              + ": give the names with --mapping 'field = column', and conditions with --where";
    } else if (format.isStream()) {
      problem = "--path=-: what standard output took cannot be read again";
    } else {
      String other =
          maxRows != null
              ? "--max-rows"
              : cellTimes.filters()
                  ? "--written-after and --written-before"
                  : rejects.rejects()
                      ? "--on-unrepresentable reject"
                      : incremental && !detectDeletes
                          ? "--incremental without --detect-deletes"
                          : target.keepsOtherRows();
      if (!other.isEmpty()) {
        problem = other + ": the target has other rows than the table then";
      }
    }
    return problem.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new InvalidSettingException("--verify", "--verify does not go with " + problem));
  }

  /** The comparison of the table with the target, if a command can make it and this one did not. */
  @Override
  Optional<String> nextCommand() {
    List<String> arguments = StoredCommand.withConfiguration(spec());
    if (verify
        || arguments.contains("--header=false")
        || arguments.stream().anyMatch(StoredCommand::isProperty)
        || notVerifiable().isPresent()) {
      return super.nextCommand();
    }
    List<String> command = new ArrayList<>(List.of("verify", table().toString()));
    if (target.padsDecimals(format)) {
      command.add("--tolerate=decimal_scale");
    }
    arguments.stream().filter(StoredCommand.isOneOf(OF_VERIFY)).forEach(command::add);
    return Optional.of(StoredCommand.shellText(command));
  }

  @Override
  Optional<VerifyRequest> verification(TokenAwareBulkOperator operator, ExportResult result) {
    if (!verify) {
      return Optional.empty();
    }
    VerifyRequest request =
        operator
            .verify(table().keyspace(), table().table())
            .against(target.source(format, result))
            .columns(columns.toArray(String[]::new));
    if (mapping != null) {
      request.mapping(mapping);
    }
    if (target.padsDecimals(format)) {
      request.tolerating(Tolerance.DECIMAL_SCALE);
    }
    selection.apply(request);
    return Optional.of(request);
  }

  @Override
  void describe(ExportResult result, ResultReport report) {
    report.add("location", format.isStream() ? "standard output" : result.location());
    report.addFiles(result.files(), result.fileBytes());
    result.snapshotId().ifPresent(id -> report.add("snapshot", id));
    RejectOptions.describe(result.rejectedRows(), rejects.file(), report);
  }

  /** Options of the target. */
  private static final class TargetOptions {

    @Option(
        names = "--mode",
        paramLabel = "MODE",
        description =
            "How an existing, non-empty target is handled: ${COMPLETION-CANDIDATES}. Default:"
                + " create, which fails.")
    private @Nullable WriteMode mode;

    @Option(
        names = "--compression",
        paramLabel = "NAME",
        description =
            "none, gzip, zstd, lz4, snappy, bzip2 or xz, as the format supports. Default: zstd"
                + " for iceberg and parquet, none for csv and json.")
    private @Nullable Compression compression;

    @Option(
        names = "--max-file-size",
        paramLabel = "SIZE",
        converter = OptionValues.ByteSize.class,
        description =
            "File size at which the export starts a new file, such as 64m. Default: 128m.")
    private @Nullable Long maxFileSize;

    @Mixin private FormatOptions.CsvOptions csv = new FormatOptions.CsvOptions();

    @Option(
        names = "--single-array",
        description = "Writes each JSON file as one array. Default: one object per line.")
    private boolean singleArray;

    @Option(
        names = "--partition-by",
        paramLabel = "EXPR",
        // A comma inside parentheses belongs to the expression.
        split = ",(?![^(]*\\))",
        splitSynopsisLabel = ",",
        description =
            "Partitioning of a new Iceberg table: a column, month(c), bucket(16, c), ...;"
                + " repeatable.")
    private List<String> partitionBy = new ArrayList<>();

    @Option(
        names = "--overwrite-partitions",
        description =
            "Replaces those partitions of the Iceberg table that the export has rows for.")
    private boolean overwritePartitions;

    @Option(
        names = "--branch",
        paramLabel = "NAME",
        description = "The branch of the Iceberg table to write to. Default: main.")
    private @Nullable String branch;

    @Option(
        names = "--types",
        paramLabel = "MAPPING",
        description =
            "The types of new columns of an Iceberg table or Parquet files:"
                + " ${COMPLETION-CANDIDATES}. exact holds every CQL value; analytics has decimal(38,18) for decimal,"
                + " decimal(38,0) for varint, time for time, text for uuid and timestamps for write"
                + " times. Default: exact.")
    private @Nullable TypeMapping types;

    @Option(
        names = "--decimals",
        paramLabel = "P,S",
        converter = OptionValues.Digits.Converter.class,
        description =
            "Writes all decimals of an Iceberg table or Parquet files as decimal(P,S), padded with"
                + " zeros, and all varints as decimal(P,0). Default: as --types.")
    private OptionValues.@Nullable Digits allDecimals;

    @Option(
        names = "--decimal",
        paramLabel = "COL=P,S[:pad]",
        converter = OptionValues.DecimalOption.Converter.class,
        description =
            "Writes a decimal or varint column of an Iceberg table or Parquet files as"
                + " decimal(P,S), without rounding; with :pad, values of another scale get zeros"
                + " at their end; repeatable. Default: as --decimals.")
    private List<OptionValues.DecimalOption> decimals = new ArrayList<>();

    @Option(
        names = "--uuids",
        paramLabel = "FORM",
        description =
            "Writes UUIDs of an Iceberg table or Parquet files as ${COMPLETION-CANDIDATES}."
                + " Default: text for parquet and --types analytics, else uuid.")
    private @Nullable UuidForm uuids;

    @Option(
        names = "--as-text",
        paramLabel = "NAME",
        split = ",",
        converter = OptionValues.CqlName.class,
        description =
            "Writes the decimals, varints, times and UUIDs of these columns of an Iceberg table or"
                + " Parquet files as text. Default: as the other options.")
    private List<String> texts = new ArrayList<>();

    @Option(
        names = "--table-property",
        paramLabel = "KEY=VALUE",
        description = "A property of the Iceberg table; repeatable.")
    private Map<String, String> tableProperties = new LinkedHashMap<>();

    /** Whether the target has types for numbers and none was chosen. */
    boolean leavesNumbersAsText(FormatOptions format) {
      return (format.format() == ICEBERG || format.format() == PARQUET)
          && types == null
          && allDecimals == null
          && decimals.isEmpty()
          && texts.isEmpty()
          && mode != WriteMode.APPEND;
    }

    /**
     * Whether decimals of Parquet files have another scale than those of the table. A comparison
     * with an Iceberg table knows the types of its columns.
     */
    boolean padsDecimals(FormatOptions format) {
      return format.format() == PARQUET
          && (types == TypeMapping.ANALYTICS
              || allDecimals != null
              || decimals.stream().anyMatch(OptionValues.DecimalOption::padded));
    }

    /** The option that lets the target keep rows of earlier exports; empty if there is none. */
    String keepsOtherRows() {
      return mode == WriteMode.APPEND
          ? "--mode append"
          : overwritePartitions ? "--overwrite-partitions" : "";
    }

    /** What the export wrote. The manifest of a folder has the settings of its files. */
    ImportSource source(FormatOptions format, ExportResult written) {
      return switch (format.format()) {
        case ICEBERG -> {
          IcebergSource source = format.icebergSource();
          yield written.snapshotId().isPresent()
              ? source.snapshot(written.snapshotId().getAsLong())
              : source;
        }
        case PARQUET -> ParquetSource.at(format.path()).storage(format.storage());
        case JSON -> JsonSource.at(format.path()).storage(format.storage());
        case CSV -> CsvSource.at(format.path()).storage(format.storage());
      };
    }

    ExportTarget target(FormatOptions format, OutputStream out) {
      format.requirePath();
      csv.allow(format);
      format.allow("--single-array", singleArray, JSON);
      format.allow("--partition-by", partitionBy, ICEBERG);
      format.allow("--overwrite-partitions", overwritePartitions, ICEBERG);
      format.allow("--branch", branch, ICEBERG);
      format.allow("--types", types, ICEBERG, PARQUET);
      format.allow("--decimals", allDecimals, ICEBERG, PARQUET);
      format.allow("--decimal", decimals, ICEBERG, PARQUET);
      format.allow("--uuids", uuids, ICEBERG, PARQUET);
      format.allow("--as-text", texts, ICEBERG, PARQUET);
      format.allow("--table-property", tableProperties, ICEBERG);
      return switch (format.format()) {
        case ICEBERG -> iceberg(format);
        case PARQUET -> parquet(format);
        case JSON -> json(format, out);
        case CSV -> csv(format, out);
      };
    }

    private IcebergTarget iceberg(FormatOptions format) {
      IcebergTarget target = format.icebergTarget().partitionBy(partitionBy.toArray(String[]::new));
      target = mode == null ? target : target.mode(mode);
      target = overwritePartitions ? target.overwritePartitions() : target;
      target = branch == null ? target : target.branch(branch);
      target = compression == null ? target : target.compression(compression);
      target = maxFileSize == null ? target : target.targetFileSize(maxFileSize);
      target = types == null ? target : target.types(types);
      target =
          allDecimals == null
              ? target
              : target.decimals(allDecimals.precision(), allDecimals.scale());
      for (OptionValues.DecimalOption each : decimals) {
        target =
            each.padded()
                ? target.paddedDecimal(each.column(), each.precision(), each.scale())
                : target.decimal(each.column(), each.precision(), each.scale());
      }
      target = uuids == null ? target : target.uuids(uuids);
      target = texts.isEmpty() ? target : target.asText(texts.toArray(String[]::new));
      for (Map.Entry<String, String> property : tableProperties.entrySet()) {
        target = target.property(property.getKey(), property.getValue());
      }
      return target;
    }

    private ParquetTarget parquet(FormatOptions format) {
      ParquetTarget target =
          format.isObject()
              ? ParquetTarget.folder(format.uri()).storage(format.storage())
              : ParquetTarget.folder(format.folder());
      target = mode == null ? target : target.mode(mode);
      target = compression == null ? target : target.compression(compression);
      target = maxFileSize == null ? target : target.maxFileSize(maxFileSize);
      target = types == null ? target : target.types(types);
      target =
          allDecimals == null
              ? target
              : target.decimals(allDecimals.precision(), allDecimals.scale());
      for (OptionValues.DecimalOption each : decimals) {
        target =
            each.padded()
                ? target.paddedDecimal(each.column(), each.precision(), each.scale())
                : target.decimal(each.column(), each.precision(), each.scale());
      }
      target = uuids == null ? target : target.uuids(uuids);
      target = texts.isEmpty() ? target : target.asText(texts.toArray(String[]::new));
      return target;
    }

    private JsonTarget json(FormatOptions format, OutputStream out) {
      JsonTarget target =
          format.isStream()
              ? JsonTarget.to(out)
              : format.isObject()
                  ? JsonTarget.folder(format.uri()).storage(format.storage())
                  : JsonTarget.folder(format.folder());
      target = mode == null ? target : target.mode(mode);
      target = compression == null ? target : target.compression(compression);
      target = maxFileSize == null ? target : target.maxFileSize(maxFileSize);
      return singleArray ? target.singleArray() : target;
    }

    private CsvTarget csv(FormatOptions format, OutputStream out) {
      CsvTarget target =
          format.isStream()
              ? CsvTarget.to(out)
              : format.isObject()
                  ? CsvTarget.folder(format.uri()).storage(format.storage())
                  : CsvTarget.folder(format.folder());
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

  /** Options for write times and TTLs of cells, as columns and as filters. */
  private static final class CellTimeOptions {

    private static final String ALL = "*";

    @Option(
        names = "--with-writetime",
        arity = "0..1",
        fallbackValue = ALL,
        preprocessor = OptionValues.AttachedValue.class,
        split = ",",
        paramLabel = "NAME",
        description =
            "Adds the write times of these columns in columns NAME_writetime; give names after"
                + " an equals sign. Without names: all columns.")
    private List<String> writetimes = new ArrayList<>();

    @Option(
        names = "--with-ttl",
        arity = "0..1",
        fallbackValue = ALL,
        preprocessor = OptionValues.AttachedValue.class,
        split = ",",
        paramLabel = "NAME",
        description =
            "Adds the remaining TTLs of these columns, in seconds, in columns NAME_ttl; give"
                + " names after an equals sign. Without names: all columns.")
    private List<String> ttls = new ArrayList<>();

    @Option(
        names = "--with-expiry",
        description =
            "Adds a column expires_at with the moment at which the last value of the row expires.")
    private boolean withExpiry;

    @Option(
        names = "--written-after",
        paramLabel = "TIME",
        converter = OptionValues.WriteMoment.class,
        description =
            "Exports only rows with a value written after this time, such as"
                + " 2026-01-31T00:00:00Z, or microseconds since 1970.")
    private @Nullable Long writtenAfter;

    @Option(
        names = "--written-before",
        paramLabel = "TIME",
        converter = OptionValues.WriteMoment.class,
        description = "Exports only rows with a value written before this time.")
    private @Nullable Long writtenBefore;

    @Option(
        names = "--written-in",
        paramLabel = "VALUES",
        description =
            "Whether --written-after and --written-before apply to any value or to all values of"
                + " a row. Default: any.")
    private @Nullable WrittenIn writtenIn;

    boolean filters() {
      return writtenAfter != null || writtenBefore != null;
    }

    void apply(ExportRequest request) {
      if (!writetimes.isEmpty()) {
        request.withWritetime(names("--with-writetime", writetimes));
      }
      if (!ttls.isEmpty()) {
        request.withTtl(names("--with-ttl", ttls));
      }
      if (withExpiry) {
        request.withExpiry();
      }
      if (writtenAfter != null) {
        request.writtenAfter(writtenAfter);
      }
      if (writtenBefore != null) {
        request.writtenBefore(writtenBefore);
      }
      if (writtenIn != null) {
        request.writtenIn(writtenIn);
      }
    }

    private static String[] names(String option, List<String> given) {
      return given.contains(ALL)
          ? new String[0]
          : OptionValues.CqlName.all(option, given).toArray(String[]::new);
    }
  }
}
