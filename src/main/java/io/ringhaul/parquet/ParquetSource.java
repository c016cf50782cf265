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
import io.ringhaul.internal.parquet.ReadOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * Parquet files to import: a folder that {@link ParquetTarget} wrote, or files of any other tool.
 * The import matches columns by name; a column without a field of exactly its name takes the only
 * field whose name differs in case. Each column's type must be convertible to the CQL type without
 * ambiguity (see {@link IcebergCompatibility#importProblem}). Lists in the older forms of the
 * format, with two levels or none, are supported. A map without values is read as a list of its
 * keys, and a column of the null type as null in each row.
 *
 * <p>Immutable: each method that changes a setting returns a new source.
 */
@CheckReturnValue
public final class ParquetSource implements GrowingSource {

  private final SourceLocation location;
  private final ReadOptions options;

  private ParquetSource(SourceLocation location, ReadOptions options) {
    this.location = location;
    this.options = options;
  }

  /**
   * Imports a file or a folder. A folder's {@code _manifest.json} lists the files to import.
   * Without a manifest, the import reads all files that end in {@code .parquet}, except those whose
   * names start with a dot or an underscore.
   */
  public static ParquetSource at(Path path) {
    return new ParquetSource(SourceLocation.at(path), ReadOptions.EXACT);
  }

  /**
   * Imports a folder or an object in an object store, such as {@code s3://bucket/folder}; the
   * schemes are s3, s3a, s3n, gs, abfss, abfs, wasbs, wasb and hdfs. A {@code file:} URI is a local
   * path.
   *
   * @throws InvalidSettingException if the URI has another scheme, or no bucket
   */
  public static ParquetSource at(URI uri) {
    return new ParquetSource(SourceLocation.at(uri), ReadOptions.EXACT);
  }

  /**
   * Imports a file, a folder, or the files that match a glob such as {@code /data/2026-*}{@code
   * /*.parquet}, or the URI of one, such as {@code s3://bucket/2026-*}{@code /*.parquet}.
   */
  public static ParquetSource at(String glob) {
    return new ParquetSource(SourceLocation.at(glob), ReadOptions.EXACT);
  }

  /**
   * Reads the files of several folders, files and globs, each file once. Folders with a manifest
   * must have the same columns and settings.
   *
   * @param pathsOrGlobs one or more
   * @throws InvalidSettingException if the list is empty
   */
  public static ParquetSource at(List<String> pathsOrGlobs) {
    return new ParquetSource(SourceLocation.at(pathsOrGlobs), ReadOptions.EXACT);
  }

  /**
   * Sets properties with which object stores are reached, in Iceberg's form, such as {@code
   * s3.endpoint}. They are not stored with a job, which is resumed with a source that has them.
   * Default: none; S3 then takes its credentials and its region where other programs of AWS find
   * them.
   */
  public ParquetSource storage(Map<String, String> properties) {
    return new ParquetSource(location.withStorage(properties), options);
  }

  /**
   * Skips the checksums of files that a manifest lists. Default: the import verifies each checksum
   * before it imports the first row of the file. Without checksums, a resumed job does not notice
   * that a file changed between its runs.
   */
  public ParquetSource withoutChecksums() {
    return new ParquetSource(location.withoutChecksums(), options);
  }

  /**
   * Sets the time zone of timestamps without one, which Parquet declares by {@code
   * isAdjustedToUTC=false}, and of texts of timestamps. A time in a gap of the zone's clock becomes
   * the later time, and one in an overlap has the earlier offset. Default: such timestamps are
   * refused.
   */
  public ParquetSource timeZone(ZoneId zone) {
    return new ParquetSource(location, options.inZone(zone));
  }

  /**
   * Cuts off what is finer than a millisecond from timestamps, toward the past. Default: such a
   * timestamp is an {@link io.ringhaul.exceptions.UnrepresentableValueException}.
   */
  public ParquetSource truncateTimestamps() {
    return new ParquetSource(location, options.truncatingTimestamps());
  }

  /**
   * Leaves out null elements of lists, and entries of maps with a null, which CQL has not. Default:
   * a value with one is an {@link io.ringhaul.exceptions.UnrepresentableValueException}.
   */
  public ParquetSource dropNullElements() {
    return new ParquetSource(location, options.droppingNullElements());
  }

  @Override
  public Map<String, String> identity() {
    return location.identity("parquet", options.toString());
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
    return new ParquetSource(new GrowingFiles(location, format()).between(from, to), options);
  }

  private InputFormat format() {
    return new ParquetInputFormat(options);
  }
}
