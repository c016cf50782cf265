package io.ringhaul.csv;

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
 * A folder of CSV files in UTF-8 that an export writes: {@code part-*.csv} and a {@code
 * _manifest.json}. All files appear in one step, at the end. Each begins with a line of the
 * columns' names; an empty table gives one file with that line alone.
 *
 * <p>A null is an empty field without quotes, and the empty string is {@code ""}; a row of a single
 * column that is null is an empty line. Collections, tuples and user-defined types are JSON, blobs
 * Base64.
 *
 * <p>Immutable: each method that changes a setting gives a new target.
 */
public final class CsvTarget implements ExportTarget {

  private final TargetFolder folder;
  private final CsvSettings settings;

  private CsvTarget(TargetFolder folder, CsvSettings settings) {
    this.folder = folder;
    this.settings = settings;
  }

  /** A folder, which is made if need be. */
  public static CsvTarget folder(Path folder) {
    return new CsvTarget(TargetFolder.of(folder, Compression.NONE), CsvSettings.NONE);
  }

  /** How fields are quoted. Default: {@link CsvDialect#RFC4180}. */
  public CsvTarget dialect(CsvDialect dialect) {
    return with(CsvSettings.DIALECT, dialect.name());
  }

  /**
   * What stands between two fields, an ASCII character. Default: a comma.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the character has another meaning
   */
  public CsvTarget delimiter(char character) {
    return with(CsvSettings.DELIMITER, String.valueOf(character));
  }

  /** Leaves the line of names at the start of each file out. Default: it is written. */
  public CsvTarget withoutHeader() {
    return with(CsvSettings.HEADER, "false");
  }

  /** How the files are compressed. Default: they are not. */
  public CsvTarget compression(Compression compression) {
    return new CsvTarget(folder.withCompression(compression), settings);
  }

  /**
   * The size at which a file is ended and another begun, in bytes as they lie on disk, 1 or more;
   * it is passed by what is held back in memory, some 100 KiB, and by one row at most. Default: 128
   * MiB.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if it is out of bounds
   */
  public CsvTarget maxFileSize(long bytes) {
    return new CsvTarget(folder.withMaxFileSize(bytes), settings);
  }

  /**
   * What becomes of what the folder holds already. Default: {@link WriteMode#CREATE}, which refuses
   * a folder that is not empty.
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
    changed.syntax(); // tells contradictions
    return new CsvTarget(folder, changed);
  }
}
