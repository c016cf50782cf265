package io.ringhaul.parquet;

import com.google.errorprone.annotations.CheckReturnValue;
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
 * only when the export is complete. Each file's metadata contains the table's CQL schema. A column
 * gets a dictionary if its values repeat in the first rows of a file, up to 512; float and double
 * columns never get one.
 *
 * <p>Immutable: each method that changes a setting returns a new target.
 */
@CheckReturnValue
public final class ParquetTarget implements ExportTarget {

  private final TargetFolder folder;
  private final TypeChoices choices;

  private ParquetTarget(TargetFolder folder, TypeChoices choices) {
    this.folder = folder;
    this.choices = choices;
  }

  /** Exports to a local folder. Missing parent folders are created. */
  public static ParquetTarget folder(Path folder) {
    return new ParquetTarget(TargetFolder.of(folder, Compression.ZSTD), TypeChoices.NONE);
  }

  /**
   * Sets the compression of columns: NONE, GZIP, ZSTD, LZ4 (Parquet's LZ4_RAW) or SNAPPY. Default:
   * ZSTD at level 1.
   *
   * @throws InvalidSettingException if Parquet does not support it
   */
  public ParquetTarget compression(Compression compression) {
    ParquetCodecs.name(compression);
    return new ParquetTarget(folder.withCompression(compression), choices);
  }

  /**
   * Sets the size in bytes, 1 or more, at which the export ends a file and starts the next one. A
   * file can exceed the size by one row group or one row. Default: 128 MiB.
   *
   * @throws InvalidSettingException if the size is less than 1
   */
  public ParquetTarget maxFileSize(long bytes) {
    return new ParquetTarget(folder.withMaxFileSize(bytes), choices);
  }

  /**
   * Sets what happens to the existing contents of the folder. Default: {@link WriteMode#CREATE},
   * which fails if the folder has any.
   */
  public ParquetTarget mode(WriteMode mode) {
    return new ParquetTarget(folder.withMode(mode), choices);
  }

  /**
   * Writes a {@code decimal} or {@code varint} column as Parquet's decimal of this precision and
   * scale instead of text. A value with more digits or another scale than the column causes an
   * {@link io.ringhaul.exceptions.UnrepresentableValueException}; values are never rounded or
   * padded. The scale of a varint must be 0. Default: text, which represents any value.
   *
   * @param column the column's name, in CQL form
   * @param precision the maximum number of digits of a value, 1 to 38
   * @param scale the number of digits after the decimal point, 0 to {@code precision}
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
    return folder.localFolder();
  }
}
