package io.ringhaul.csv;

import com.google.errorprone.annotations.CheckReturnValue;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.csv.CsvOutput;
import io.ringhaul.internal.csv.CsvSettings;
import io.ringhaul.internal.files.FolderTargetSession;
import io.ringhaul.internal.files.TargetFolder;
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

  private final TargetFolder folder;
  private final CsvSettings settings;

  private CsvTarget(TargetFolder folder, CsvSettings settings) {
    this.folder = folder;
    this.settings = settings;
  }

  /** Writes to a folder, which is created if it does not exist. */
  public static CsvTarget folder(Path folder) {
    return new CsvTarget(TargetFolder.of(folder, Compression.NONE), CsvSettings.NONE);
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

  /** Sets the compression of the files. Default: none. */
  public CsvTarget compression(Compression compression) {
    return new CsvTarget(folder.withCompression(compression), settings);
  }

  /**
   * Sets the size in bytes on disk at which a new file is begun, 1 or more. A file may exceed it by
   * the buffered bytes (about 100 KiB) and by one row. Default: 128 MiB.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the size is less than 1
   */
  public CsvTarget maxFileSize(long bytes) {
    return new CsvTarget(folder.withMaxFileSize(bytes), settings);
  }

  /**
   * Sets the treatment of existing files in the folder. Default: {@link WriteMode#CREATE}, which
   * refuses a folder that is not empty.
   */
  public CsvTarget mode(WriteMode mode) {
    return new CsvTarget(folder.withMode(mode), settings);
  }

  @Override
  public Map<String, String> identity() {
    return folder.identity(CsvOutput.FORMAT, settings.toString());
  }

  @Override
  public TargetSession open() {
    return new FolderTargetSession(folder, new CsvOutput(settings));
  }

  @Override
  public Optional<Path> localFolder() {
    return Optional.of(folder.workFolder());
  }

  private CsvTarget with(String name, String value) {
    CsvSettings changed = settings.with(name, value);
    changed.syntax(); // rejects contradictory characters
    return new CsvTarget(folder, changed);
  }
}
