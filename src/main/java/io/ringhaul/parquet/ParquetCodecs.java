package io.ringhaul.parquet;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;

/** The compression codecs of Parquet files, by the names that Parquet and Iceberg know. */
public final class ParquetCodecs {

  private ParquetCodecs() {}

  /**
   * The codec's name in {@code write.parquet.compression-codec}.
   *
   * @throws InvalidSettingException if Parquet has no such codec
   */
  public static String name(Compression compression) {
    return switch (compression) {
      case NONE -> "uncompressed";
      case GZIP -> "gzip";
      case ZSTD -> "zstd";
      case SNAPPY -> "snappy";
      // Parquet's older LZ4 has a framing of Hadoop's own, which other readers stumble over.
      case LZ4 -> "lz4_raw";
      case BZIP2, XZ ->
          throw new InvalidSettingException(
              "compression",
              "Parquet files cannot be compressed with "
                  + compression
                  + "; compression takes NONE, GZIP, ZSTD, LZ4 or SNAPPY");
    };
  }
}
