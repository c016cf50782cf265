package io.ringhaul.parquet;

import com.google.errorprone.annotations.CheckReturnValue;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TypeMapping;
import io.ringhaul.format.UuidForm;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.files.FolderTargetSession;
import io.ringhaul.internal.files.TargetFolder;
import io.ringhaul.internal.parquet.ParquetCodecs;
import io.ringhaul.internal.parquet.ParquetOutputFormat;
import io.ringhaul.internal.parquet.TypeChoices;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
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
    return new ParquetTarget(
        TargetFolder.of(folder, Compression.ZSTD), TypeChoices.NONE.uuids(UuidForm.TEXT));
  }

  /**
   * Exports to a folder in an object store, such as {@code s3://bucket/folder}; the schemes are s3,
   * s3a, s3n, gs, abfss, abfs, wasbs, wasb and hdfs. Files get their names while they are written,
   * and belong to the folder when the manifest appears at the end. A {@code file:} URI is a local
   * folder.
   *
   * @throws InvalidSettingException if the URI has another scheme, or no bucket
   */
  public static ParquetTarget folder(URI folder) {
    return new ParquetTarget(TargetFolder.of(folder, Compression.ZSTD), TypeChoices.NONE);
  }

  /**
   * Sets properties with which the object store is reached, in Iceberg's form, such as {@code
   * s3.endpoint}. They are not stored with a job, which is resumed with a target that has them.
   * Default: none; S3 then takes its credentials and its region where other programs of AWS find
   * them.
   */
  public ParquetTarget storage(Map<String, String> properties) {
    return new ParquetTarget(folder.withStorage(properties), choices);
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
   * scale. Values are not rounded or padded, except with {@link TypeMapping#ANALYTICS}: a value
   * with more digits or another scale than the column causes an {@link
   * io.ringhaul.exceptions.UnrepresentableValueException}. The scale of a varint must be 0.
   * Default: as {@link #decimals}.
   *
   * @param column the column's name, in CQL form
   * @param precision the maximum number of digits of a value, 1 to 38
   * @param scale the number of digits after the decimal point, 0 to {@code precision}
   * @throws InvalidSettingException if a number is out of bounds
   */
  public ParquetTarget decimal(String column, int precision, int scale) {
    return new ParquetTarget(folder, choices.decimal(column, precision, scale, false));
  }

  /**
   * Sets the types of new columns for the CQL types with more than one: {@code decimal}, {@code
   * varint}, {@code time}, {@code uuid}, {@code timeuuid} and write times. Default: {@link
   * TypeMapping#EXACT}, with {@link #uuids text for UUIDs}.
   */
  public ParquetTarget types(TypeMapping mapping) {
    return new ParquetTarget(folder, choices.mapping(mapping));
  }

  /**
   * Writes all {@code decimal} columns, and decimals inside other columns, as decimals of this
   * precision and scale, and all varints as decimals of this precision and the scale 0. A value
   * gets zeros up to the scale, and trailing zeros beyond it are removed; a value that would lose
   * another digit causes an {@link io.ringhaul.exceptions.UnrepresentableValueException}. An import
   * restores an equal number, possibly with another scale. A decimal in the partition key stays
   * text, because there Cassandra distinguishes 1.5 from 1.50. {@link #decimal}, {@link
   * #paddedDecimal} and {@link #asText} set the type of single columns. Default: as {@link #types}.
   *
   * @param precision the maximum number of digits, 1 to 38
   * @param scale the number of digits after the decimal point, 0 to {@code precision}
   * @throws InvalidSettingException if a number is out of bounds
   */
  public ParquetTarget decimals(int precision, int scale) {
    return new ParquetTarget(folder, choices.decimals(precision, scale));
  }

  /**
   * Writes a {@code decimal} or {@code varint} column as {@link #decimal} does, but a value of
   * another scale gets zeros at its end, or loses them, as with {@link #decimals}. The column must
   * not be in the partition key.
   *
   * @param column the column's name, in CQL form
   * @param precision the maximum number of digits, 1 to 38
   * @param scale the number of digits after the decimal point, 0 to {@code precision}
   * @throws InvalidSettingException if a number is out of bounds
   */
  public ParquetTarget paddedDecimal(String column, int precision, int scale) {
    return new ParquetTarget(folder, choices.decimal(column, precision, scale, true));
  }

  /**
   * Writes the decimals, varints, times and UUIDs of these columns, at any depth, as text, which
   * holds every value. A time has the form {@code 10:00:00.123456789}. Default: as {@link #types},
   * {@link #decimals} and {@link #uuids}.
   *
   * @param columns names in CQL form
   * @throws InvalidSettingException if a column is set with {@link #decimal} or {@link
   *     #paddedDecimal} too
   */
  public ParquetTarget asText(String... columns) {
    return new ParquetTarget(folder, choices.asText(List.of(columns)));
  }

  /**
   * Sets the type of {@code uuid} and {@code timeuuid} values at any depth. Both preserve every
   * UUID. Default: text, because Spark refuses files with Parquet's UUID type. The CQL type is in
   * the metadata of each file, so an import restores UUIDs from both.
   */
  public ParquetTarget uuids(UuidForm form) {
    return new ParquetTarget(folder, choices.uuids(form));
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
