package io.ringhaul.parquet;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.files.FolderTargetSession;
import io.ringhaul.files.TargetFolder;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import java.nio.file.Path;

/**
 * A folder of Parquet files, {@code part-*.parquet} and {@code manifest.json}. The folder appears
 * when the export is complete, and not before. Each file also carries the table's CQL schema.
 *
 * <p>Immutable: each method that changes a setting gives a new target.
 */
public final class ParquetTarget implements ExportTarget {

  private final TargetFolder folder;

  private ParquetTarget(TargetFolder folder) {
    this.folder = folder;
  }

  /** A folder of this machine; it and those above it are made if need be. */
  public static ParquetTarget folder(Path folder) {
    return new ParquetTarget(TargetFolder.of(folder, Compression.ZSTD));
  }

  /**
   * How the files compress their columns: NONE, GZIP, ZSTD, LZ4 (Parquet's LZ4_RAW) or SNAPPY.
   * Default: ZSTD.
   *
   * @throws InvalidSettingException if Parquet does not have it
   */
  public ParquetTarget compression(Compression compression) {
    ParquetCodecs.name(compression);
    return new ParquetTarget(folder.withCompression(compression));
  }

  /**
   * The size at which a file is ended and another begun, in bytes, 1 or more. A file may pass it by
   * what is written in one go: a row group, or a row. Default: 128 MiB.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public ParquetTarget maxFileSize(long bytes) {
    return new ParquetTarget(folder.withMaxFileSize(bytes));
  }

  /** What becomes of what the folder holds. Default: {@link WriteMode#CREATE}, so nothing may. */
  public ParquetTarget mode(WriteMode mode) {
    return new ParquetTarget(folder.withMode(mode));
  }

  @Override
  public TargetSession open() {
    return new FolderTargetSession(folder, new ParquetOutputFormat());
  }
}
