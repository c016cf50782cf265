package io.ringhaul.parquet;

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
import java.util.Map;

/**
 * Parquet files to import: a folder that {@link ParquetTarget} wrote, or files of any other tool.
 * Columns are found by their names, and their types must be such that every value has one meaning
 * as CQL (see {@link IcebergCompatibility#importProblem}). Lists in the older forms of the format,
 * with two levels or none, are lists too; a map without values is a list of its keys; a column of
 * the null type is null in each row.
 *
 * <p>Immutable: each method that changes a setting gives a new source.
 */
public final class ParquetSource implements GrowingSource {

  private final SourceLocation location;

  private ParquetSource(SourceLocation location) {
    this.location = location;
  }

  /**
   * A file, or a folder: its {@code _manifest.json} says which files count; without one, all that
   * end in {@code .parquet} do, but for those whose names start with a dot or an underscore.
   */
  public static ParquetSource at(Path path) {
    return new ParquetSource(SourceLocation.at(path));
  }

  /** A file, a folder, or a glob such as {@code /data/2026-*}{@code /*.parquet}. */
  public static ParquetSource at(String glob) {
    return new ParquetSource(SourceLocation.at(glob));
  }

  /**
   * Does not compute the checksums of files that a manifest lists. Default: each is computed before
   * the first row of its file is imported. Without them a job that is resumed does not notice that
   * a file has changed between its runs.
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
