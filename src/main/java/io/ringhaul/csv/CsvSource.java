package io.ringhaul.csv;

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
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * CSV files to import: a folder that {@link CsvTarget} wrote, or files of other tools, such as
 * those that DSBulk unloads. What the manifest of a folder says of its files holds unless it is set
 * here.
 *
 * <p>Fields go to the columns that their names in the header line mean: exactly, or else but for
 * upper and lower case. The files may have them in different orders. A field without quotes that is
 * empty is null; {@code ""} is the empty string. Values look as {@code CsvTarget} writes them, and
 * as DSBulk does.
 *
 * <p>A value that its column cannot hold is an {@link
 * io.ringhaul.exceptions.UnrepresentableValueException}; a record that does not have as many fields
 * as there are names, that has text after a closing quote, a quote that is not closed, or more
 * bytes than {@link #maxRecordSize} allows, is a {@link
 * io.ringhaul.exceptions.MalformedRecordException}. Both name file, record and line, and the next
 * record can be read. A record whose quotes are wrong ends where they say if a record before it had
 * line breaks within quotes, and else with its first line, so that no other record goes with it.
 *
 * <p>Immutable: each method that changes a setting gives a new source.
 */
public final class CsvSource implements GrowingSource {

  private final SourceLocation location;
  private final CsvSettings settings;

  private CsvSource(SourceLocation location, CsvSettings settings) {
    this.location = location;
    this.settings = settings;
  }

  /** A folder or a file. */
  public static CsvSource at(Path path) {
    return new CsvSource(SourceLocation.at(path), CsvSettings.NONE);
  }

  /** A folder, a file, or a glob such as {@code /data/2026-*}{@code /*.csv.gz}. */
  public static CsvSource at(String pathOrGlob) {
    return new CsvSource(SourceLocation.at(pathOrGlob), CsvSettings.NONE);
  }

  /** How fields are quoted. Default: {@link CsvDialect#RFC4180}. */
  public CsvSource dialect(CsvDialect dialect) {
    return with(CsvSettings.DIALECT, dialect.name());
  }

  /**
   * What stands between two fields, an ASCII character. Default: a comma.
   *
   * @throws InvalidSettingException if it is none
   */
  public CsvSource delimiter(char character) {
    return withCharacter(CsvSettings.DELIMITER, character);
  }

  /**
   * What stands around fields, an ASCII character. Default: a double quote.
   *
   * @throws InvalidSettingException if it is none
   */
  public CsvSource quote(char character) {
    return withCharacter(CsvSettings.QUOTE, character);
  }

  /**
   * What stands before a quote within quotes, and before itself, an ASCII character. Default: the
   * quote in {@link CsvDialect#RFC4180}, a backslash in {@link CsvDialect#DSBULK}.
   *
   * @throws InvalidSettingException if it is none
   */
  public CsvSource escape(char character) {
    return withCharacter(CsvSettings.ESCAPE, character);
  }

  /**
   * Leaves lines out that begin with that ASCII character. Default: every line counts.
   *
   * @throws InvalidSettingException if it is no ASCII character
   */
  public CsvSource comment(char character) {
    return withCharacter(CsvSettings.COMMENT, character);
  }

  /** The files begin with a line of names, whatever the manifest says. Default: they do. */
  public CsvSource withHeader() {
    return with(CsvSettings.HEADER, "true");
  }

  /**
   * The files have no line of names. Their fields are the {@linkplain #columns columns named}; if
   * none are, the manifest's; without one, all of the table's, in the order of {@code SELECT *}.
   */
  public CsvSource withoutHeader() {
    return with(CsvSettings.HEADER, "false");
  }

  /**
   * The names of the columns, in the order of the fields, for files {@linkplain #withoutHeader
   * without header}. A name that is no column's is left out if the import names the columns that it
   * wants.
   *
   * @throws InvalidSettingException if no name is given
   */
  public CsvSource columns(String... names) {
    if (names.length == 0) {
      throw new InvalidSettingException("columns", "columns takes one name or more");
    }
    return new CsvSource(location, settings.with(CsvSettings.FIELDS, List.of(names)));
  }

  /**
   * Texts that are null where they stand without quotes, such as {@code NULL} or {@code \N}; the
   * empty field is null in any case. Default: none.
   */
  public CsvSource nullValue(String... texts) {
    return new CsvSource(location, settings.with(CsvSettings.NULL_VALUE, List.of(texts)));
  }

  /**
   * How timestamps look: a pattern of {@link java.time.format.DateTimeFormatter}, {@code
   * UNITS_SINCE_EPOCH} for milliseconds since 1970-01-01 UTC, or {@code CQL_TIMESTAMP}, the
   * default: {@code 2026-01-31T10:00:00.500Z} and shorter forms.
   *
   * @throws InvalidSettingException if the pattern is none
   */
  public CsvSource timestampFormat(String format) {
    TextOptions.defaults().timestampFormat(format);
    return with(CsvSettings.TIMESTAMP_FORMAT, format);
  }

  /**
   * Timestamps are whole numbers of that unit since 1970-01-01 UTC. Excludes {@link
   * #timestampFormat}.
   */
  public CsvSource timestampUnit(TimeUnit unit) {
    return with(CsvSettings.TIMESTAMP_UNIT, unit.name());
  }

  /**
   * How dates look: a pattern of {@link java.time.format.DateTimeFormatter}. Default: {@code
   * 2026-01-31}.
   *
   * @throws InvalidSettingException if the pattern is none
   */
  public CsvSource dateFormat(String pattern) {
    TextOptions.defaults().dateFormat(pattern);
    return with(CsvSettings.DATE_FORMAT, pattern);
  }

  /**
   * How times of day look: a pattern of {@link java.time.format.DateTimeFormatter}. Default: {@code
   * 10:00:00.123456789} and shorter forms.
   *
   * @throws InvalidSettingException if the pattern is none
   */
  public CsvSource timeFormat(String pattern) {
    TextOptions.defaults().timeFormat(pattern);
    return with(CsvSettings.TIME_FORMAT, pattern);
  }

  /** The time zone of timestamps that name none. Default: UTC. */
  public CsvSource timeZone(ZoneId zone) {
    return with(CsvSettings.TIME_ZONE, zone.getId());
  }

  /**
   * The encoding of the files. Default: UTF-8, with or without byte order mark. Bytes that are no
   * text in it are an error.
   */
  public CsvSource encoding(Charset encoding) {
    return with(CsvSettings.ENCODING, encoding.name());
  }

  /**
   * Leaves so many records out at the start of each file, the header line not counted. Default: 0.
   *
   * @throws InvalidSettingException if it is negative
   */
  public CsvSource skipRecords(long count) {
    if (count < 0) {
      throw new InvalidSettingException(
          "skipRecords", "skipRecords is " + count + "; it takes 0 or more");
    }
    return with(CsvSettings.SKIP_RECORDS, String.valueOf(count));
  }

  /**
   * The bytes in UTF-8 that the fields of one record may have together, 1 or more: a quote that is
   * not closed would make one record of the rest of the file. Default: 1/32 of the heap, at the
   * most 256 MiB.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public CsvSource maxRecordSize(int bytes) {
    if (bytes < 1) {
      throw new InvalidSettingException(
          "maxRecordSize", "maxRecordSize is " + bytes + " bytes; it takes 1 or more");
    }
    return with(CsvSettings.MAX_RECORD_SIZE, String.valueOf(bytes));
  }

  /**
   * The fields that a record or the header may have, 1 or more. Default: 10,000.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public CsvSource maxColumns(int number) {
    if (number < 1) {
      throw new InvalidSettingException(
          "maxColumns", "maxColumns is " + number + "; it takes 1 or more");
    }
    return with(CsvSettings.MAX_COLUMNS, String.valueOf(number));
  }

  /**
   * How the files are compressed. Default: as the manifest says; without one, as each file's name
   * ends ({@code .gz}, {@code .zst}, {@code .lz4}, {@code .bz2}, {@code .xz}, {@code .snappy}).
   */
  public CsvSource compression(Compression compression) {
    return new CsvSource(location.withCompression(compression), settings);
  }

  /**
   * Does not compute the checksums of files that a manifest lists. Default: each is computed before
   * the first row of its file is imported. Without them a job that is resumed does not notice that
   * a file has changed between its runs.
   */
  public CsvSource withoutChecksums() {
    return new CsvSource(location.withoutChecksums(), settings);
  }

  @Override
  public Map<String, String> identity() {
    return location.identity("csv", settings.withBoundsOf(CsvSettings.NONE).toString());
  }

  /**
   * See {@link ImportSource#open()}.
   *
   * @throws InvalidSettingException if settings contradict each other
   */
  @Override
  public SourceSession open() {
    return new FolderSourceSession(location, format());
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
