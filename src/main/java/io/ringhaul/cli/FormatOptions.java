package io.ringhaul.cli;

import io.ringhaul.cli.FormatOptions.Format;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.csv.CsvDialect;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.storage.Locations;
import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Format and location of the target or source. */
final class FormatOptions {

  enum Format {
    ICEBERG,
    PARQUET,
    JSON,
    CSV;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The path that stands for standard output or standard input. */
  static final String STREAM = "-";

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description = "The format: ${COMPLETION-CANDIDATES}.")
  private @Nullable Format format;

  @Option(
      names = "--path",
      paramLabel = "PATH",
      converter = PathOrStream.class,
      description =
          "The folder of the Iceberg warehouse or of the files; an import of another format also"
              + " takes a file or a glob. Files may be in an object store, such as"
              + " s3://BUCKET/FOLDER. For json and csv, - is standard output or standard input."
              + " Required without --catalog.")
  private @Nullable String path;

  @Option(
      names = "--iceberg-table",
      paramLabel = "NS.TABLE",
      description = "The Iceberg table. Default: KEYSPACE.TABLE.")
  private @Nullable String icebergTable;

  @Option(
      names = CatalogDefinitions.OPTION,
      paramLabel = "NAME",
      description =
          "An Iceberg catalog in place of --path, with the properties of [catalog.NAME] in the"
              + " configuration file and of the environment: see 'ringhaul help iceberg'.")
  private @Nullable String catalog;

  @Option(
      names = CatalogDefinitions.PROPERTY_OPTION,
      paramLabel = "KEY=VALUE",
      description =
          "A property of the Iceberg catalog, such as type=rest; repeatable. A secret must be in a"
              + " file, KEY=@FILE, or a variable. Without --catalog, the catalog is called"
              + " default.")
  private Map<String, String> catalogProperties = new LinkedHashMap<>();

  /** These options; each knows the command that it belongs to. */
  @Spec private @Nullable CommandSpec spec;

  @Mixin private StorageOptions storage = new StorageOptions();

  /** What the options refer to in this process; null to look it up. */
  private @Nullable Properties resolved;

  /**
   * The properties of the catalog and of the object store, with what their values refer to:
   * contents of files and variables, which another process does not have.
   */
  record Properties(Map<String, String> catalog, Map<String, String> storage)
      implements Serializable {}

  /**
   * Returns the properties for another process.
   *
   * @throws InvalidSettingException if a file or variable does not exist
   */
  Properties properties() {
    return new Properties(hasCatalog() ? catalogProperties() : Map.of(), storage());
  }

  /** Takes the properties of the process that began the command. */
  void use(Properties properties) {
    resolved = properties;
  }

  /** Whether an option names a format, or a location. */
  boolean isGiven() {
    return format != null || path != null || icebergTable != null || hasCatalog();
  }

  private boolean hasCatalog() {
    return catalog != null || !catalogProperties.isEmpty();
  }

  /** For an export, of which the parser requires the format only. */
  void requirePath() {
    require(false, "--path");
  }

  /**
   * For a command in which the parser does not require them.
   *
   * @param hasPaths whether {@code --paths} takes the place of the path
   */
  void requireBoth(boolean hasPaths) {
    require(hasPaths, "--path or --paths");
  }

  private void require(boolean hasPaths, String location) {
    if (hasCatalog()) {
      requireCatalog(hasPaths);
      return;
    }
    if (hasPaths && path != null) {
      throw new InvalidSettingException("--paths", "Give either --path or --paths");
    }
    if (hasPaths && format == null) {
      throw new InvalidSettingException("--format", "Give --format with --paths");
    }
    if (format == null) {
      throw new InvalidSettingException("--format", "Give --format with --path");
    }
    if (path == null && !hasPaths) {
      throw new InvalidSettingException(
          "--path",
          format == Format.ICEBERG
              ? "Give --path or --catalog with --format iceberg"
              : "Give " + location + " with --format");
    }
    allow("--iceberg-table", icebergTable, Format.ICEBERG);
  }

  /** A catalog knows where its tables are, so it takes the place of a path. */
  private void requireCatalog(boolean hasPaths) {
    String option =
        catalog != null ? CatalogDefinitions.OPTION : CatalogDefinitions.PROPERTY_OPTION;
    if (format == null) {
      throw new InvalidSettingException("--format", "Give --format iceberg with " + option);
    }
    allow(option, true, Format.ICEBERG);
    if (path != null || hasPaths) {
      String other = hasPaths ? "--paths" : "--path";
      throw new InvalidSettingException(other, "Give either " + other + " or " + option);
    }
  }

  /** The target in the catalog, or in the warehouse at the path. */
  IcebergTarget icebergTarget() {
    IcebergTarget target =
        hasCatalog()
            ? IcebergTarget.catalog(catalogName(), catalogProperties())
            : IcebergTarget.warehouse(folder());
    return icebergTable == null ? target : target.table(icebergTable);
  }

  /** The source in the catalog, or in the warehouse at the path. */
  IcebergSource icebergSource() {
    IcebergSource source =
        hasCatalog()
            ? IcebergSource.catalog(catalogName(), catalogProperties())
            : IcebergSource.warehouse(folder());
    return icebergTable == null ? source : source.table(icebergTable);
  }

  private String catalogName() {
    return Objects.requireNonNullElse(catalog, CatalogDefinitions.DEFAULT_NAME);
  }

  private Map<String, String> catalogProperties() {
    if (resolved != null) {
      return resolved.catalog();
    }
    OptionSpec option = Objects.requireNonNull(spec).findOption(CatalogDefinitions.OPTION);
    return CatalogDefinitions.of(option.command(), System.getenv())
        .properties(catalogName(), catalogProperties);
  }

  Format format() {
    return Objects.requireNonNull(format);
  }

  /** Whether the location is standard output or standard input. */
  boolean isStream() {
    return STREAM.equals(path);
  }

  /** The absolute path of a folder, a file or a glob: a job can be resumed from another folder. */
  String path() {
    if (isStream()) {
      throw new InvalidSettingException(
          "--path",
          "--path=- is for an export or import with --format json or csv; a file of that name is"
              + " --path=./-");
    }
    return StoredCommand.absolute(Objects.requireNonNull(path));
  }

  /** Whether the location is in an object store. */
  boolean isObject() {
    return path != null && Locations.isObject(path);
  }

  /** The URI of a folder in an object store. */
  URI uri() {
    String text = path();
    int authority = text.indexOf("://") + 3;
    int slash = text.indexOf('/', authority);
    int end = slash < 0 ? text.length() : slash;
    try {
      return new URI(
          text.substring(0, authority - 3),
          text.substring(authority, end),
          slash < 0 ? null : text.substring(slash),
          null,
          null);
    } catch (URISyntaxException e) {
      throw new InvalidSettingException(
          "--path", "--path is '" + text + "', which is not a URI: " + e.getReason());
    }
  }

  /** The properties with which an object store is reached. */
  Map<String, String> storage() {
    return resolved == null ? storage.properties() : resolved.storage();
  }

  Path folder() {
    if (isObject()) {
      throw new InvalidSettingException(
          "--path",
          String.format(
              "--path is '%s', and an Iceberg warehouse of --path is on the local disk: give"
                  + " --catalog for tables in an object store, or --format parquet, json or csv for"
                  + " files there",
              path));
    }
    return pathOf(path());
  }

  private static Path pathOf(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new InvalidSettingException(
          "--path", "--path is '" + text + "', which is not a path: " + e.getReason());
    }
  }

  /**
   * Checks that an option is absent if the format does not support it.
   *
   * @param value the option's value; null, false or empty if the option is absent
   * @throws InvalidSettingException if the option is present for another format
   */
  void allow(String option, @Nullable Object value, Format first, Format... others) {
    boolean leftOut =
        value == null
            || value.equals(false)
            || (value instanceof Collection<?> many && many.isEmpty())
            || (value instanceof Map<?, ?> map && map.isEmpty());
    Set<Format> formats = EnumSet.of(first, others);
    if (!leftOut && !formats.contains(format())) {
      throw new InvalidSettingException(
          option,
          String.format(
              "%s is for --format %s, not for %s",
              option,
              Arrays.stream(Format.values())
                  .filter(formats::contains)
                  .map(Format::toString)
                  .collect(Collectors.joining(" and ")),
              format()));
    }
  }

  /** A local path or glob, the URI of an object store, or {@link #STREAM}. */
  static final class PathOrStream implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
      if (value.equals(STREAM)) {
        return value;
      }
      Optional<String> problem = Locations.problem(value);
      if (problem.isPresent()) {
        throw new TypeConversionException("it is '" + value + "', " + problem.orElseThrow());
      }
      String location = Locations.require("--path", value);
      return Locations.isObject(location)
          ? location
          : new OptionValues.LocalPathText().convert(location);
    }
  }

  /** Options of CSV files, for exports and imports. */
  static final class CsvOptions {

    @Option(
        names = "--dialect",
        paramLabel = "NAME",
        description = "Quoting of CSV fields: ${COMPLETION-CANDIDATES}. Default: rfc4180.")
    private @Nullable CsvDialect dialect;

    @Option(
        names = "--delimiter",
        paramLabel = "CHAR",
        description = "Delimiter between CSV fields. Default: a comma.")
    private @Nullable Character delimiter;

    @Option(
        names = "--header",
        arity = "0..1",
        fallbackValue = "true",
        preprocessor = OptionValues.AttachedValue.class,
        paramLabel = "true|false",
        description = "Whether CSV files start with a header line of column names. Default: true.")
    private @Nullable Boolean header;

    boolean areGiven() {
      return dialect != null || delimiter != null || header != null;
    }

    @Nullable CsvDialect dialect() {
      return dialect;
    }

    @Nullable Character delimiter() {
      return delimiter;
    }

    @Nullable Boolean header() {
      return header;
    }

    /** Checks that the CSV options are absent for other formats. */
    void allow(FormatOptions format) {
      format.allow("--dialect", dialect, Format.CSV);
      format.allow("--delimiter", delimiter, Format.CSV);
      format.allow("--header", header, Format.CSV);
    }
  }
}
