package io.ringhaul.parquet;

import com.google.errorprone.annotations.CheckReturnValue;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourceSession;
import io.ringhaul.internal.files.FolderSourceSession;
import io.ringhaul.internal.files.GrowingFiles;
import io.ringhaul.internal.files.InputFormat;
import io.ringhaul.internal.files.SourceLocation;
import io.ringhaul.internal.parquet.IcebergCompatibility;
import io.ringhaul.internal.parquet.ParquetInputFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Parquet files to import: a folder that {@link ParquetTarget} wrote, or files of any other tool.
 * The import matches columns by name, and each column's type must be convertible to the CQL type
 * without ambiguity (see {@link IcebergCompatibility#importProblem}). Lists in the older forms of
 * the format, with two levels or none, are supported. A map without values is read as a list of its
 * keys, and a column of the null type as null in each row.
 *
 * <p>Immutable: each method that changes a setting returns a new source.
 */
@CheckReturnValue
public final class ParquetSource implements GrowingSource {

  private final SourceLocation location;

  private ParquetSource(SourceLocation location) {
    this.location = location;
  }

  /**
   * Imports a file or a folder. A folder's {@code _manifest.json} lists the files to import.
   * Without a manifest, the import reads all files that end in {@code .parquet}, except those whose
   * names start with a dot or an underscore.
   */
  public static ParquetSource at(Path path) {
    return new ParquetSource(SourceLocation.at(path));
  }

  /**
   * Imports a file, a folder, or the files that match a glob such as {@code /data/2026-*}{@code
   * /*.parquet}.
   */
  public static ParquetSource at(String glob) {
    return new ParquetSource(SourceLocation.at(glob));
  }

  /**
   * Reads the files of several folders, files and globs, each file once. Folders with a manifest
   * must have the same columns and settings.
   *
   * @param pathsOrGlobs one or more
   * @throws InvalidSettingException if the list is empty
   */
  public static ParquetSource at(List<String> pathsOrGlobs) {
    return new ParquetSource(SourceLocation.at(pathsOrGlobs));
  }

  /**
   * Skips the checksums of files that a manifest lists. Default: the import verifies each checksum
   * before it imports the first row of the file. Without checksums, a resumed job does not notice
   * that a file changed between its runs.
   */
  public ParquetSource withoutChecksums() {
    return new ParquetSource(location.withoutChecksums());
  }

  @Override
  public Map<String, String> identity() {
    return location.identity("parquet", "");
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
    return new ParquetSource(new GrowingFiles(location, format()).between(from, to));
  }

  private static InputFormat format() {
    return new ParquetInputFormat();
  }
}
