package io.ringhaul.parquet;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;

/** The names that Parquet's writers have for compressions. */
final class ParquetCodecs {

  private ParquetCodecs() {}

  /**
   * The codec's name.
   *
   * @throws InvalidSettingException if Parquet does not have it
   */
  static String name(Compression compression) {
    return switch (compression) {
      case NONE -> "uncompressed";
      case GZIP -> "gzip";
      case ZSTD -> "zstd";
      // What Parquet calls LZ4 has frames of Hadoop's own, which few readers know.
      case LZ4 -> "lz4_raw";
      case SNAPPY -> "snappy";
      case BZIP2, XZ ->
          throw new InvalidSettingException(
              "compression",
              "Parquet has no compression "
                  + compression
                  + "; it takes NONE, GZIP, ZSTD, LZ4 and SNAPPY");
    };
  }
}
