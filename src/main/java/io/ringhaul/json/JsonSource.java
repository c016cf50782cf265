package io.ringhaul.json;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourceSession;
import io.ringhaul.internal.files.FolderSourceSession;
import io.ringhaul.internal.files.GrowingFiles;
import io.ringhaul.internal.files.InputFormat;
import io.ringhaul.internal.files.SourceLocation;
import io.ringhaul.internal.json.JsonInputFormat;
import io.ringhaul.internal.json.JsonSettings;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * JSON files to import: a folder that {@link JsonTarget} wrote, or files of other tools, such as
 * those that DSBulk unloads, by the names {@code *.json}, {@code *.jsonl} and {@code *.ndjson}.
 * Each file holds objects one after the other, on a line each or not, or one array of them; which
 * it is shows in the file.
 *
 * <p>Fields go to the columns of just their names. A field that is absent is null, one that is
 * there twice is an error. Values look as {@code JsonTarget} writes them, and as DSBulk does;
 * numbers and dates may also be strings.
 *
 * <p>A value that its column cannot hold is an {@link
 * io.ringhaul.exceptions.UnrepresentableValueException}; text that is no object, or no UTF-8, is a
 * {@link io.ringhaul.exceptions.MalformedRecordException}. Both name file, row and line, and the
 * next row can be read: it begins on the next line, as long as each object stood on a line of its
 * own, in an array too. In files where they do not, text that is no JSON ends the import with a
 * {@link io.ringhaul.exceptions.StorageException}, for it does not show where the next one begins.
 *
 * <p>Immutable: each method that changes a setting gives a new source.
 */
public final class JsonSource implements GrowingSource {

  private final SourceLocation location;
  private final JsonSettings settings;

  private JsonSource(SourceLocation location, JsonSettings settings) {
    this.location = location;
    this.settings = settings;
  }

  /** A folder or a file. */
  public static JsonSource at(Path path) {
    return new JsonSource(SourceLocation.at(path), JsonSettings.NONE);
  }

  /** A folder, a file, or a glob such as {@code /data/2026-*}{@code /*.json.gz}. */
  public static JsonSource at(String pathOrGlob) {
    return new JsonSource(SourceLocation.at(pathOrGlob), JsonSettings.NONE);
  }

  /**
   * How timestamps look: a pattern of {@link java.time.format.DateTimeFormatter}, {@code
   * UNITS_SINCE_EPOCH} for milliseconds since 1970-01-01 UTC, or {@code CQL_TIMESTAMP}, the
   * default: {@code 2026-01-31T10:00:00.500Z} and shorter forms.
   *
   * @throws InvalidSettingException if the pattern is none
   */
  public JsonSource timestampFormat(String format) {
    return with(JsonSettings.TIMESTAMP_FORMAT, format);
  }

  /**
   * Timestamps are whole numbers of that unit since 1970-01-01 UTC. Excludes {@link
   * #timestampFormat}.
   */
  public JsonSource timestampUnit(TimeUnit unit) {
    return with(JsonSettings.TIMESTAMP_UNIT, unit.name());
  }

  /**
   * How dates look: a pattern of {@link java.time.format.DateTimeFormatter}. Default: {@code
   * 2026-01-31}.
   *
   * @throws InvalidSettingException if the pattern is none
   */
  public JsonSource dateFormat(String pattern) {
    return with(JsonSettings.DATE_FORMAT, pattern);
  }

  /**
   * How times of day look: a pattern of {@link java.time.format.DateTimeFormatter}. Default: {@code
   * 10:00:00.123456789} and shorter forms.
   *
   * @throws InvalidSettingException if the pattern is none
   */
  public JsonSource timeFormat(String pattern) {
    return with(JsonSettings.TIME_FORMAT, pattern);
  }

  /** The time zone of timestamps that name none. Default: UTC. */
  public JsonSource timeZone(ZoneId zone) {
    return with(JsonSettings.TIME_ZONE, zone.getId());
  }

  /**
   * How blobs look. Default: as Ringhaul writes them where there is its manifest; {@link
   * BlobForm#BASE64} where all files are named like those that DSBulk unloads and a blob of the
   * first documents is no literal; otherwise {@link BlobForm#UNAMBIGUOUS}.
   */
  public JsonSource blobForm(BlobForm form) {
    return with(JsonSettings.BLOB_FORM, form.name());
  }

  /** Passes fields over that are no columns of the table. Default: they are an error. */
  public JsonSource ignoreUnknownFields() {
    return with(JsonSettings.IGNORE_UNKNOWN_FIELDS, "true");
  }

  /** The encoding of the files. Default: UTF-8, with or without byte order mark. */
  public JsonSource encoding(Charset encoding) {
    return with(JsonSettings.ENCODING, encoding.name());
  }

  /**
   * The characters that one record may have, 1 or more: a bracket that is not closed would make one
   * record of the rest of the file. Default: 1/32 of the bytes of the heap, at the most 256 Mi.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public JsonSource maxRecordSize(int characters) {
    return withBound(JsonSettings.MAX_RECORD_SIZE, characters);
  }

  /**
   * The fields that the first record of a file may have, 1 or more: it shows what the files hold.
   * Default: 10,000.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public JsonSource maxColumns(int number) {
    return withBound(JsonSettings.MAX_COLUMNS, number);
  }

  /**
   * How the files are compressed. Default: as the manifest says; without one, as each file's name
   * ends ({@code .gz}, {@code .zst}, {@code .lz4}, {@code .bz2}, {@code .xz}, {@code .snappy}).
   */
  public JsonSource compression(Compression compression) {
    return new JsonSource(location.withCompression(compression), settings);
  }

  /**
   * Does not compute the checksums of files that a manifest lists. Default: each is computed before
   * the first row of its file is imported. Without them a job that is resumed does not notice that
   * a file has changed between its runs.
   */
  public JsonSource withoutChecksums() {
    return new JsonSource(location.withoutChecksums(), settings);
  }

  /**
   * See {@link ImportSource#open()}.
   *
   * @throws InvalidSettingException if settings contradict each other
   */
  @Override
  public Map<String, String> identity() {
    return location.identity("json", settings.withBoundsOf(JsonSettings.NONE).toString());
  }

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
    return new JsonSource(new GrowingFiles(location, format()).between(from, to), settings);
  }

  private InputFormat format() {
    if (settings.has(JsonSettings.TIMESTAMP_FORMAT) && settings.has(JsonSettings.TIMESTAMP_UNIT)) {
      throw new InvalidSettingException(
          JsonSettings.TIMESTAMP_UNIT,
          "Set either timestampUnit or timestampFormat: both say how timestamps look");
    }
    return new JsonInputFormat(settings);
  }

  private JsonSource withBound(String name, int value) {
    if (value < 1) {
      throw new InvalidSettingException(name, name + " is " + value + "; it takes 1 or more");
    }
    return with(name, String.valueOf(value));
  }

  private JsonSource with(String name, String value) {
    return new JsonSource(location, settings.with(name, value));
  }
}
