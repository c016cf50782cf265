package io.ringhaul.json;

import com.google.errorprone.annotations.CheckReturnValue;
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
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Imports JSON files: a folder that {@link JsonTarget} wrote, or files of other tools such as
 * DSBulk, named {@code *.json}, {@code *.jsonl} or {@code *.ndjson}. Each file holds objects that
 * follow each other, with or without line ends between them, or one array of objects; the source
 * detects which.
 *
 * <p>Fields go to the columns of exactly the same name. An absent field is null; a field that
 * occurs twice is an error. Values have the forms that {@code JsonTarget} and DSBulk write; numbers
 * and dates may also be strings.
 *
 * <p>A value that its column cannot hold is an {@link
 * io.ringhaul.exceptions.UnrepresentableValueException}; text that is not an object, or invalid in
 * the encoding, is a {@link io.ringhaul.exceptions.MalformedRecordException}. Both messages name
 * file, row and line, and the next row can be read: it begins on the next line, as long as each
 * object (also within an array) has its own line. In files without such lines, text that is not
 * JSON ends the import with a {@link io.ringhaul.exceptions.StorageException}, because the start of
 * the next row is unknown.
 *
 * <p>Immutable: each setter returns a changed copy.
 */
@CheckReturnValue
public final class JsonSource implements GrowingSource {

  private final SourceLocation location;
  private final JsonSettings settings;

  private JsonSource(SourceLocation location, JsonSettings settings) {
    this.location = location;
    this.settings = settings;
  }

  /** Reads a folder or a file. */
  public static JsonSource at(Path path) {
    return new JsonSource(SourceLocation.at(path), JsonSettings.NONE);
  }

  /**
   * Reads a folder or an object in an object store, such as {@code s3://bucket/folder}; the schemes
   * are s3, s3a, s3n, gs, abfss, abfs, wasbs, wasb and hdfs. A {@code file:} URI is a local path.
   *
   * @throws InvalidSettingException if the URI has another scheme, or no bucket
   */
  public static JsonSource at(URI uri) {
    return new JsonSource(SourceLocation.at(uri), JsonSettings.NONE);
  }

  /**
   * Reads a folder, a file, or a glob such as {@code /data/2026-*}{@code /*.json.gz}, or the URI of
   * one, such as {@code s3://bucket/2026-*}{@code /*.json.gz}.
   */
  public static JsonSource at(String pathOrGlob) {
    return new JsonSource(SourceLocation.at(pathOrGlob), JsonSettings.NONE);
  }

  /**
   * Reads the files of several folders, files and globs, each file once. Folders with a manifest
   * must have the same columns and settings.
   *
   * @param pathsOrGlobs one or more
   * @throws InvalidSettingException if the list is empty
   */
  public static JsonSource at(List<String> pathsOrGlobs) {
    return new JsonSource(SourceLocation.at(pathsOrGlobs), JsonSettings.NONE);
  }

  /**
   * Reads a stream, once and to its end. Each row is written at most about two seconds after it
   * arrives. A stream takes no job and cannot be followed, and an import of it keeps a row that the
   * cluster refuses in memory. Default of {@link #compression}: none.
   *
   * @param in read by one thread, first for its first record; not closed
   */
  public static JsonSource of(InputStream in) {
    return new JsonSource(SourceLocation.of(in), JsonSettings.NONE);
  }

  /**
   * Sets the format of timestamps: a pattern of {@link java.time.format.DateTimeFormatter}, {@code
   * UNITS_SINCE_EPOCH} for milliseconds since 1970-01-01 UTC, or {@code CQL_TIMESTAMP} for {@code
   * 2026-01-31T10:00:00.500Z} and shorter forms. Default: {@code CQL_TIMESTAMP}.
   *
   * @throws InvalidSettingException if the pattern is invalid
   */
  public JsonSource timestampFormat(String format) {
    return with(JsonSettings.TIMESTAMP_FORMAT, format);
  }

  /**
   * Sets timestamps to whole numbers of this unit since 1970-01-01 UTC. Excludes {@link
   * #timestampFormat}.
   */
  public JsonSource timestampUnit(TimeUnit unit) {
    return with(JsonSettings.TIMESTAMP_UNIT, unit.name());
  }

  /**
   * Sets the format of dates: a pattern of {@link java.time.format.DateTimeFormatter}. Default:
   * {@code 2026-01-31}.
   *
   * @throws InvalidSettingException if the pattern is invalid
   */
  public JsonSource dateFormat(String pattern) {
    return with(JsonSettings.DATE_FORMAT, pattern);
  }

  /**
   * Sets the format of times of day: a pattern of {@link java.time.format.DateTimeFormatter}.
   * Default: {@code 10:00:00.123456789} and shorter forms.
   *
   * @throws InvalidSettingException if the pattern is invalid
   */
  public JsonSource timeFormat(String pattern) {
    return with(JsonSettings.TIME_FORMAT, pattern);
  }

  /** Sets the time zone of timestamps without one. Default: UTC. */
  public JsonSource timeZone(ZoneId zone) {
    return with(JsonSettings.TIME_ZONE, zone.getId());
  }

  /**
   * Sets the form of blobs. Default: {@link BlobForm#LITERAL_FIRST} for files with a manifest;
   * {@link BlobForm#BASE64} if all files have names of DSBulk unloads and one blob in their first
   * documents is not a literal; otherwise {@link BlobForm#UNAMBIGUOUS}.
   */
  public JsonSource blobForm(BlobForm form) {
    return with(JsonSettings.BLOB_FORM, form.name());
  }

  /** Skips fields that are not columns of the table. Default: such fields are an error. */
  public JsonSource ignoreUnknownFields() {
    return with(JsonSettings.IGNORE_UNKNOWN_FIELDS, "true");
  }

  /** Sets the encoding of the files. Default: UTF-8, with or without byte order mark. */
  public JsonSource encoding(Charset encoding) {
    return with(JsonSettings.ENCODING, encoding.name());
  }

  /**
   * Sets the maximum number of characters of one record, 1 or more. The limit is needed because an
   * unclosed bracket turns the rest of the file into one record. Default: 1/32 of the heap's bytes,
   * at most 268,435,456.
   *
   * @throws InvalidSettingException if the number is less than 1
   */
  public JsonSource maxRecordSize(int characters) {
    return withBound(JsonSettings.MAX_RECORD_SIZE, characters);
  }

  /**
   * Sets the maximum number of fields of the first record of a file, 1 or more. The fields of a
   * file are detected from this record. Default: 10,000.
   *
   * @throws InvalidSettingException if the number is less than 1
   */
  public JsonSource maxColumns(int number) {
    return withBound(JsonSettings.MAX_COLUMNS, number);
  }

  /**
   * Sets the compression of the files. Default: the manifest's; without a manifest, by the file
   * name extension ({@code .gz}, {@code .zst}, {@code .lz4}, {@code .bz2}, {@code .xz}, {@code
   * .snappy}).
   */
  public JsonSource compression(Compression compression) {
    return new JsonSource(location.withCompression(compression), settings);
  }

  /**
   * Sets properties with which object stores are reached, in Iceberg's form, such as {@code
   * s3.endpoint}. They are not stored with a job, which is resumed with a source that has them.
   * Default: none; S3 then takes its credentials and its region where other programs of AWS find
   * them.
   */
  public JsonSource storage(Map<String, String> properties) {
    return new JsonSource(location.withStorage(properties), settings);
  }

  /**
   * Does not verify the checksums of files that a manifest lists. A resumed job then does not
   * notice files that changed between its runs. Default: the checksum of each file is verified
   * before its first row is imported.
   */
  public JsonSource withoutChecksums() {
    return new JsonSource(location.withoutChecksums(), settings);
  }

  @Override
  public Map<String, String> identity() {
    return location.identity("json", settings.withBoundsOf(JsonSettings.NONE).toString());
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
    return new JsonSource(new GrowingFiles(location, format()).between(from, to), settings);
  }

  private InputFormat format() {
    if (settings.has(JsonSettings.TIMESTAMP_FORMAT) && settings.has(JsonSettings.TIMESTAMP_UNIT)) {
      throw new InvalidSettingException(
          JsonSettings.TIMESTAMP_UNIT, "Set either timestampUnit or timestampFormat, not both");
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
