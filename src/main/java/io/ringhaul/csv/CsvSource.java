package io.ringhaul.csv;

import com.google.errorprone.annotations.CheckReturnValue;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourceSession;
import io.ringhaul.internal.csv.CsvInput;
import io.ringhaul.internal.csv.CsvSettings;
import io.ringhaul.internal.csv.CsvSyntax;
import io.ringhaul.internal.files.FolderSourceSession;
import io.ringhaul.internal.files.GrowingFiles;
import io.ringhaul.internal.files.InputFormat;
import io.ringhaul.internal.files.SourceLocation;
import io.ringhaul.internal.text.TextOptions;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Imports CSV files: a folder that {@link CsvTarget} wrote, or files of other tools such as DSBulk.
 * Settings override the manifest of the folder.
 *
 * <p>The names in the header line select the columns: a name matches a column exactly, or ignoring
 * case. Files may have the fields in different orders. An empty field without quotes is null;
 * {@code ""} is the empty string. Values have the forms that {@code CsvTarget} and DSBulk write.
 *
 * <p>A value that its column cannot hold is an {@link
 * io.ringhaul.exceptions.UnrepresentableValueException}. A record is malformed if its number of
 * fields differs from the number of names, if text follows a closing quote, if a quote is not
 * closed, or if it exceeds {@link #maxRecordSize}; it is a {@link
 * io.ringhaul.exceptions.MalformedRecordException}. Both messages name file, record and line, and
 * the next record can be read. A record with wrong quotes ends where its quotes end if an earlier
 * record had line breaks within quotes; otherwise it ends with its first line, so that no other
 * record is lost.
 *
 * <p>Immutable: each setter returns a changed copy.
 */
@CheckReturnValue
public final class CsvSource implements GrowingSource {

  private final SourceLocation location;
  private final CsvSettings settings;

  private CsvSource(SourceLocation location, CsvSettings settings) {
    this.location = location;
    this.settings = settings;
  }

  /** Reads a folder or a file. */
  public static CsvSource at(Path path) {
    return new CsvSource(SourceLocation.at(path), CsvSettings.NONE);
  }

  /**
   * Reads a folder or an object in an object store, such as {@code s3://bucket/folder}; the schemes
   * are s3, s3a, s3n, gs, abfss, abfs, wasbs, wasb and hdfs. A {@code file:} URI is a local path.
   *
   * @throws InvalidSettingException if the URI has another scheme, or no bucket
   */
  public static CsvSource at(URI uri) {
    return new CsvSource(SourceLocation.at(uri), CsvSettings.NONE);
  }

  /**
   * Reads a folder, a file, or a glob such as {@code /data/2026-*}{@code /*.csv.gz}, or the URI of
   * one, such as {@code s3://bucket/2026-*}{@code /*.csv.gz}.
   */
  public static CsvSource at(String pathOrGlob) {
    return new CsvSource(SourceLocation.at(pathOrGlob), CsvSettings.NONE);
  }

  /**
   * Reads the files of several folders, files and globs, each file once. Folders with a manifest
   * must have the same columns and settings.
   *
   * @param pathsOrGlobs one or more
   * @throws InvalidSettingException if the list is empty
   */
  public static CsvSource at(List<String> pathsOrGlobs) {
    return new CsvSource(SourceLocation.at(pathsOrGlobs), CsvSettings.NONE);
  }

  /**
   * Reads a stream, once and to its end. Each row is written at most about two seconds after it
   * arrives. A stream takes no job and cannot be followed, and an import of it keeps a row that the
   * cluster refuses in memory. Default of {@link #compression}: none.
   *
   * @param in read by one thread, first for its header line; not closed
   */
  public static CsvSource of(InputStream in) {
    return new CsvSource(SourceLocation.of(in), CsvSettings.NONE);
  }

  /** Sets how fields are quoted. Default: {@link CsvDialect#RFC4180}. */
  public CsvSource dialect(CsvDialect dialect) {
    return with(CsvSettings.DIALECT, dialect.name());
  }

  /**
   * Sets the character between two fields. Default: a comma.
   *
   * @throws InvalidSettingException if the character is not ASCII, or is NUL, CR or LF
   */
  public CsvSource delimiter(char character) {
    return withCharacter(CsvSettings.DELIMITER, character);
  }

  /**
   * Sets the character around fields. Default: a double quote.
   *
   * @throws InvalidSettingException if the character is not ASCII, or is NUL, CR or LF
   */
  public CsvSource quote(char character) {
    return withCharacter(CsvSettings.QUOTE, character);
  }

  /**
   * Sets the character before a quote within quotes and before itself. Default: the quote in {@link
   * CsvDialect#RFC4180}, a backslash in {@link CsvDialect#DSBULK}.
   *
   * @throws InvalidSettingException if the character is not ASCII, or is NUL, CR or LF
   */
  public CsvSource escape(char character) {
    return withCharacter(CsvSettings.ESCAPE, character);
  }

  /**
   * Skips lines that begin with this character. Default: none.
   *
   * @throws InvalidSettingException if the character is not ASCII, or is NUL, CR or LF
   */
  public CsvSource comment(char character) {
    return withCharacter(CsvSettings.COMMENT, character);
  }

  /**
   * Reads a header line from each file, regardless of the manifest. Default: header lines, unless
   * the manifest has none.
   */
  public CsvSource withHeader() {
    return with(CsvSettings.HEADER, "true");
  }

  /**
   * Reads files without header lines. The fields are those set with {@link #columns}; otherwise
   * those of the manifest; without a manifest, all columns of the table in the order of {@code
   * SELECT *}.
   */
  public CsvSource withoutHeader() {
    return with(CsvSettings.HEADER, "false");
  }

  /**
   * Sets the column names of files {@linkplain #withoutHeader without header}, in the order of the
   * fields. A name that matches no column is ignored if the import selects its columns.
   *
   * @throws InvalidSettingException if no name is given
   */
  public CsvSource columns(String... names) {
    if (names.length == 0) {
      throw new InvalidSettingException("columns", "columns takes one or more names");
    }
    return new CsvSource(location, settings.with(CsvSettings.FIELDS, List.of(names)));
  }

  /**
   * Sets texts that are null when unquoted, such as {@code NULL} or {@code \N}; the empty field is
   * always null. Default: none.
   */
  public CsvSource nullValue(String... texts) {
    return new CsvSource(location, settings.with(CsvSettings.NULL_VALUE, List.of(texts)));
  }

  /**
   * Sets the words of booleans, in any case, such as {@code booleans("ja", "nein")}. Default: true,
   * t, yes, y and 1; false, f, no, n and 0.
   *
   * @throws InvalidSettingException if the words are blank or equal
   */
  public CsvSource booleans(String yes, String no) {
    TextOptions.defaults().booleans(yes, no);
    return new CsvSource(location, settings.with(CsvSettings.BOOLEANS, List.of(yes, no)));
  }

  /**
   * Sets the locale of numbers in numeric columns: its digits, its decimal separator and its
   * separator between groups of three digits, such as {@code 1.234,5} for {@link Locale#GERMANY}. A
   * separator in another place makes the value invalid. Numbers within collections, tuples and
   * user-defined types are JSON in any locale. Default: digits with a decimal point.
   *
   * @throws InvalidSettingException if Java does not know the locale
   */
  public CsvSource numberLocale(Locale locale) {
    TextOptions.defaults().numberLocale(locale);
    return with(CsvSettings.NUMBER_LOCALE, locale.toLanguageTag());
  }

  /**
   * Drops blanks and tabs around fields without quotes, before the field is compared with texts
   * that are null. Default: they belong to the value.
   */
  public CsvSource trimmed() {
    return with(CsvSettings.TRIMMED, "true");
  }

  /**
   * Sets the format of timestamps: a pattern of {@link java.time.format.DateTimeFormatter}, {@code
   * UNITS_SINCE_EPOCH} for milliseconds since 1970-01-01 UTC, or {@code CQL_TIMESTAMP} for {@code
   * 2026-01-31T10:00:00.500Z} and shorter forms. Default: {@code CQL_TIMESTAMP}.
   *
   * @throws InvalidSettingException if the pattern is invalid
   */
  public CsvSource timestampFormat(String format) {
    TextOptions.defaults().timestampFormat(format);
    return with(CsvSettings.TIMESTAMP_FORMAT, format);
  }

  /**
   * Sets timestamps to whole numbers of this unit since 1970-01-01 UTC. Excludes {@link
   * #timestampFormat}.
   */
  public CsvSource timestampUnit(TimeUnit unit) {
    return with(CsvSettings.TIMESTAMP_UNIT, unit.name());
  }

  /**
   * Sets the format of dates: a pattern of {@link java.time.format.DateTimeFormatter}. Default:
   * {@code 2026-01-31}.
   *
   * @throws InvalidSettingException if the pattern is invalid
   */
  public CsvSource dateFormat(String pattern) {
    TextOptions.defaults().dateFormat(pattern);
    return with(CsvSettings.DATE_FORMAT, pattern);
  }

  /**
   * Sets the format of times of day: a pattern of {@link java.time.format.DateTimeFormatter}.
   * Default: {@code 10:00:00.123456789} and shorter forms.
   *
   * @throws InvalidSettingException if the pattern is invalid
   */
  public CsvSource timeFormat(String pattern) {
    TextOptions.defaults().timeFormat(pattern);
    return with(CsvSettings.TIME_FORMAT, pattern);
  }

  /** Sets the time zone of timestamps without one. Default: UTC. */
  public CsvSource timeZone(ZoneId zone) {
    return with(CsvSettings.TIME_ZONE, zone.getId());
  }

  /**
   * Sets the encoding of the files. Bytes that are invalid in it are an error. Default: UTF-8, with
   * or without byte order mark.
   */
  public CsvSource encoding(Charset encoding) {
    return with(CsvSettings.ENCODING, encoding.name());
  }

  /**
   * Sets the number of records to skip at the start of each file, after the header line. Default:
   * 0.
   *
   * @throws InvalidSettingException if the number is negative
   */
  public CsvSource skipRecords(long count) {
    if (count < 0) {
      throw new InvalidSettingException(
          "skipRecords", "skipRecords is " + count + "; it takes 0 or more");
    }
    return with(CsvSettings.SKIP_RECORDS, String.valueOf(count));
  }

  /**
   * Sets the maximum size of one record's fields in UTF-8 bytes, 1 or more. The limit is needed
   * because an unclosed quote turns the rest of the file into one record. Default: 1/32 of the
   * heap, at most 256 MiB.
   *
   * @throws InvalidSettingException if the number is less than 1
   */
  public CsvSource maxRecordSize(int bytes) {
    if (bytes < 1) {
      throw new InvalidSettingException(
          "maxRecordSize", "maxRecordSize is " + bytes + " bytes; it takes 1 or more");
    }
    return with(CsvSettings.MAX_RECORD_SIZE, String.valueOf(bytes));
  }

  /**
   * Sets the maximum number of fields of a record and of the header, 1 or more. Default: 10,000.
   *
   * @throws InvalidSettingException if the number is less than 1
   */
  public CsvSource maxColumns(int number) {
    if (number < 1) {
      throw new InvalidSettingException(
          "maxColumns", "maxColumns is " + number + "; it takes 1 or more");
    }
    return with(CsvSettings.MAX_COLUMNS, String.valueOf(number));
  }

  /**
   * Sets the compression of the files. Default: the manifest's; without a manifest, by the file
   * name extension ({@code .gz}, {@code .zst}, {@code .lz4}, {@code .bz2}, {@code .xz}, {@code
   * .snappy}).
   */
  public CsvSource compression(Compression compression) {
    return new CsvSource(location.withCompression(compression), settings);
  }

  /**
   * Sets properties with which object stores are reached, in Iceberg's form, such as {@code
   * s3.endpoint}. They are not stored with a job, which is resumed with a source that has them.
   * Default: none; S3 then takes its credentials and its region where other programs of AWS find
   * them.
   */
  public CsvSource storage(Map<String, String> properties) {
    return new CsvSource(location.withStorage(properties), settings);
  }

  /**
   * Does not verify the checksums of files that a manifest lists. A resumed job then does not
   * notice files that changed between its runs. Default: the checksum of each file is verified
   * before its first row is imported.
   */
  public CsvSource withoutChecksums() {
    return new CsvSource(location.withoutChecksums(), settings);
  }

  @Override
  public Map<String, String> identity() {
    return location.identity("csv", settings.withBoundsOf(CsvSettings.NONE).toString());
  }

  /**
   * {@inheritDoc}
   *
   * @throws InvalidSettingException if settings contradict each other
   */
  @Override
  public SourceSession open() {
    return new FolderSourceSession(location, format());
  }

  @Override
  public boolean isStream() {
    return location.isStream();
  }

  @Override
  public String position(String from) {
    return new GrowingFiles(location, format()).position(from);
  }

  @Override
  public ImportSource between(String from, String to) {
    return new CsvSource(new GrowingFiles(location, format()).between(from, to), settings);
  }

  private InputFormat format() {
    return new CsvInput(settings.checkedForInput());
  }

  private CsvSource withCharacter(String name, char character) {
    CsvSyntax.requireAscii(name, character);
    return with(name, String.valueOf(character));
  }

  private CsvSource with(String name, String value) {
    return new CsvSource(location, settings.with(name, value));
  }
}
