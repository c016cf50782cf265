package io.ringhaul.internal.parquet;

import java.util.Map;
import org.apache.iceberg.TableProperties;

/** How large the row groups of files get: a file that is written holds one of them in memory. */
public final class RowGroups {

  private static final long LEAST_BYTES = 1L << 20;
  private static final long MOST_BYTES = 128L << 20;

  private RowGroups() {}

  /**
   * The properties of files whose row groups are to be of a size.
   *
   * @param bytes the size wanted; less than 1 MiB counts as that, more than 128 MiB as that
   */
  public static Map<String, String> properties(long bytes) {
    return Map.of(
        TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES,
        Long.toString(Math.max(LEAST_BYTES, Math.min(MOST_BYTES, bytes))),
        // By default the first look at a row group's size comes after 100 rows, which may be large.
        TableProperties.PARQUET_ROW_GROUP_CHECK_MIN_RECORD_COUNT,
        "1",
        TableProperties.PARQUET_ROW_GROUP_CHECK_MAX_RECORD_COUNT,
        "1000");
  }
}
