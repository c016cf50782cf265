package io.ringhaul.parquet;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.files.FolderTargetSession;
import io.ringhaul.internal.files.TargetFolder;
import io.ringhaul.internal.parquet.ParquetCodecs;
import io.ringhaul.internal.parquet.ParquetOutputFormat;
import io.ringhaul.internal.parquet.TypeChoices;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A folder of Parquet files, {@code part-*.parquet} and {@code _manifest.json}. The folder appears
 * when the export is complete, and not before. Each file also carries the table's CQL schema. A
 * column, but for floats and doubles, gets a dictionary where the first rows of a file, up to 512,
 * repeat its values.
 *
 * <p>Immutable: each method that changes a setting gives a new target.
 */
public final class ParquetTarget implements ExportTarget {

  private final TargetFolder folder;
  private final TypeChoices choices;

  private ParquetTarget(TargetFolder folder, TypeChoices choices) {
    this.folder = folder;
    this.choices = choices;
  }

  /** A folder of this machine; it and those above it are made if need be. */
  public static ParquetTarget folder(Path folder) {
    return new ParquetTarget(TargetFolder.of(folder, Compression.ZSTD), TypeChoices.NONE);
  }

  /**
   * How the files compress their columns: NONE, GZIP, ZSTD, LZ4 (Parquet's LZ4_RAW) or SNAPPY.
   * Default: ZSTD, which is used at its level 1.
   *
   * @throws InvalidSettingException if Parquet does not have it
   */
  public ParquetTarget compression(Compression compression) {
    ParquetCodecs.name(compression);
    return new ParquetTarget(folder.withCompression(compression), choices);
  }

  /**
   * The size at which a file is ended and another begun, in bytes, 1 or more. A file may pass it by
   * what is written in one go: a row group, or a row. Default: 128 MiB.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public ParquetTarget maxFileSize(long bytes) {
    return new ParquetTarget(folder.withMaxFileSize(bytes), choices);
  }

  /** What becomes of what the folder holds. Default: {@link WriteMode#CREATE}, so nothing may. */
  public ParquetTarget mode(WriteMode mode) {
    return new ParquetTarget(folder.withMode(mode), choices);
  }

  /**
   * Writes a {@code decimal} or {@code varint} column as Parquet's decimal of that precision and
   * scale instead of as text. It is strict: a value that would not come back as it was, because it
   * has more digits or another scale than the column, is an {@link
   * io.ringhaul.exceptions.UnrepresentableValueException}; nothing is rounded or padded. The scale
   * of a varint is 0. Default: text, which holds any value.
   *
   * @param column the column's name, in CQL form
   * @param precision how many digits a value may have, 1 to 38
   * @param scale how many of them stand behind the point, 0 to {@code precision}
   * @throws InvalidSettingException if a number is out of bounds
   */
  public ParquetTarget decimal(String column, int precision, int scale) {
    return new ParquetTarget(folder, choices.decimal(column, precision, scale));
  }

  @Override
  public Map<String, String> identity() {
    return folder.identity(ParquetOutputFormat.NAME, choices.toString());
  }

  @Override
  public TargetSession open() {
    return new FolderTargetSession(folder, new ParquetOutputFormat(choices));
  }

  @Override
  public Optional<Path> localFolder() {
    return Optional.of(folder.workFolder());
  }
}
