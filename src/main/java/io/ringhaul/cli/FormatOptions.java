package io.ringhaul.cli;

import io.ringhaul.cli.FormatOptions.Format;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.csv.CsvDialect;
import io.ringhaul.exceptions.InvalidSettingException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

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
      required = true,
      paramLabel = "PATH",
      converter = PathOrStream.class,
      description =
          "The folder of the Iceberg warehouse or of the files; an import of another format also"
              + " takes a file or a glob. For json and csv, - is standard output or standard"
              + " input.")
  private @Nullable String path;

  @Option(
      names = "--iceberg-table",
      paramLabel = "NS.TABLE",
      description = "The table in the warehouse. Default: KEYSPACE.TABLE.")
  private @Nullable String icebergTable;

  /** Whether an option names a format, or a location. */
  boolean isGiven() {
    return format != null || path != null || icebergTable != null;
  }

  /**
   * For a command in which the parser does not require them.
   *
   * @param hasPaths whether {@code --paths} takes the place of the path
   */
  void requireBoth(boolean hasPaths) {
    if (hasPaths && path != null) {
      throw new InvalidSettingException("--paths", "Give either --path or --paths");
    }
    if (hasPaths && format == null) {
      throw new InvalidSettingException("--format", "Give --format with --paths");
    }
    if (format == null || (path == null && !hasPaths)) {
      throw new InvalidSettingException(
          format == null ? "--format" : "--path",
          format == null ? "Give --format with --path" : "Give --path or --paths with --format");
    }
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

  Path folder() {
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

  @Nullable String icebergTable() {
    allow("--iceberg-table", icebergTable, Format.ICEBERG);
    return icebergTable;
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

  /** A local path or glob, or {@link #STREAM}. */
  static final class PathOrStream implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
      return value.equals(STREAM) ? value : new OptionValues.LocalPathText().convert(value);
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
