package io.ringhaul.internal.parquet;

import java.util.Map;
import org.apache.iceberg.TableProperties;

/** Sizes row groups. A file that is being written keeps one row group in memory. */
public final class RowGroups {

  private static final long LEAST_BYTES = 1L << 20;
  private static final long MOST_BYTES = 128L << 20;

  private RowGroups() {}

  /**
   * Returns the file properties for a row group size.
   *
   * @param bytes the wanted size; bounded to 1 MiB to 128 MiB
   */
  public static Map<String, String> properties(long bytes) {
    return Map.of(
        TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES,
        Long.toString(Math.max(LEAST_BYTES, Math.min(MOST_BYTES, bytes))),
        // By default, Parquet checks the size only after 100 rows, which may be large.
        TableProperties.PARQUET_ROW_GROUP_CHECK_MIN_RECORD_COUNT,
        "1",
        TableProperties.PARQUET_ROW_GROUP_CHECK_MAX_RECORD_COUNT,
        "1000");
  }
}
