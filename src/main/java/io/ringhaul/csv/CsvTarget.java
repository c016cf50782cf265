package io.ringhaul.csv;

import com.google.errorprone.annotations.CheckReturnValue;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.csv.CsvOutput;
import io.ringhaul.internal.csv.CsvSettings;
import io.ringhaul.internal.files.TargetFolder;
import io.ringhaul.internal.files.TargetLocation;
import io.ringhaul.internal.files.TargetStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Exports to a folder of CSV files in UTF-8: {@code part-*.csv} and a {@code _manifest.json}. All
 * files become visible in one step, at the end. Each file begins with a header line; an empty table
 * gives one file with only the header line.
 *
 * <p>A null is an empty field without quotes, and the empty string is {@code ""}; a row of one
 * column that is null is an empty line. Collections, tuples and user-defined types are JSON; blobs
 * are Base64.
 *
 * <p>Immutable: each setter returns a changed copy.
 */
@CheckReturnValue
public final class CsvTarget implements ExportTarget {

  private final TargetLocation location;
  private final CsvSettings settings;

  private CsvTarget(TargetLocation location, CsvSettings settings) {
    this.location = location;
    this.settings = settings;
  }

  /** Writes to a folder, which is created if it does not exist. */
  public static CsvTarget folder(Path folder) {
    return new CsvTarget(TargetFolder.of(folder, Compression.NONE), CsvSettings.NONE);
  }

  /**
   * Writes to a folder in an object store, such as {@code s3://bucket/folder}; the schemes are s3,
   * s3a, s3n, gs, abfss, abfs, wasbs, wasb and hdfs. Files get their names while they are written,
   * and belong to the folder when the manifest appears at the end. A {@code file:} URI is a local
   * folder.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the URI has another scheme, or no
   *     bucket
   */
  public static CsvTarget folder(URI folder) {
    return new CsvTarget(TargetFolder.of(folder, Compression.NONE), CsvSettings.NONE);
  }

  /**
   * Writes to a stream, in the form of one file and without a manifest. Rows arrive while the table
   * is read, in no order; each is whole. If the export fails, the rows written before stay in the
   * stream. A stream takes no job, no {@link #mode} and no {@link #maxFileSize}.
   *
   * @param out written by several threads, one at a time; flushed at the end, and not closed
   */
  public static CsvTarget to(OutputStream out) {
    return new CsvTarget(new TargetStream(out, Compression.NONE), CsvSettings.NONE);
  }

  /** Sets how fields are quoted. Default: {@link CsvDialect#RFC4180}. */
  public CsvTarget dialect(CsvDialect dialect) {
    return with(CsvSettings.DIALECT, dialect.name());
  }

  /**
   * Sets the character between two fields. Default: a comma.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the character is not ASCII, is NUL,
   *     CR or LF, or is also the quote or the escape character
   */
  public CsvTarget delimiter(char character) {
    return with(CsvSettings.DELIMITER, String.valueOf(character));
  }

  /** Writes files without header lines. Default: each file has a header line. */
  public CsvTarget withoutHeader() {
    return with(CsvSettings.HEADER, "false");
  }

  /**
   * Sets properties with which the object store is reached, in Iceberg's form, such as {@code
   * s3.endpoint}. They are not stored with a job, which is resumed with a target that has them.
   * Default: none; S3 then takes its credentials and its region where other programs of AWS find
   * them.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the target is a stream
   */
  public CsvTarget storage(Map<String, String> properties) {
    return new CsvTarget(location.withStorage(properties), settings);
  }

  /** Sets the compression of the files. Default: none. */
  public CsvTarget compression(Compression compression) {
    return new CsvTarget(location.withCompression(compression), settings);
  }

  /**
   * Sets the size in bytes on disk at which a new file is begun, 1 or more. A file may exceed it by
   * the buffered bytes (about 100 KiB) and by one row. Default: 128 MiB.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the size is less than 1
   */
  public CsvTarget maxFileSize(long bytes) {
    return new CsvTarget(location.withMaxFileSize(bytes), settings);
  }

  /**
   * Sets the treatment of existing files in the folder. Default: {@link WriteMode#CREATE}, which
   * refuses a folder that is not empty.
   */
  public CsvTarget mode(WriteMode mode) {
    return new CsvTarget(location.withMode(mode), settings);
  }

  @Override
  public Map<String, String> identity() {
    return location.identity(CsvOutput.FORMAT, settings.toString());
  }

  @Override
  public TargetSession open() {
    return location.open(new CsvOutput(settings));
  }

  @Override
  public boolean isStream() {
    return location instanceof TargetStream;
  }

  @Override
  public Optional<Path> localFolder() {
    return location.localFolder();
  }

  private CsvTarget with(String name, String value) {
    CsvSettings changed = settings.with(name, value);
    changed.syntax(); // rejects contradictory characters
    return new CsvTarget(location, changed);
  }
}
