package io.ringhaul.internal.parquet;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableProperties;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;

/**
 * Takes the place of a file's columns while its first rows are looked at, and says which columns
 * are better off without a dictionary.
 *
 * <p>Parquet tries one on every column and finds out by itself which are worth it, but only at the
 * end of a page, after 20,000 rows: until then each value has been copied, hashed and looked up,
 * and is then written again. On a table whose values mostly differ that was half of the time that
 * writing took, and the files came out no smaller.
 */
final class ColumnSample implements ColumnWriteStore {

  private final Map<Integer, SampledColumn> columns = new LinkedHashMap<>();

  /** The properties of a file that switch off the dictionaries that would not be worth it. */
  Map<String, String> properties(Schema schema) {
    Map<String, String> properties = new LinkedHashMap<>();
    columns.forEach(
        (id, column) -> {
          if (!column.repeats()) {
            properties.put(
                TableProperties.PARQUET_DICT_ENCODING_ENABLED_COLUMN_PREFIX
                    + schema.findColumnName(id),
                "false");
          }
        });
    return properties;
  }

  @Override
  public ColumnWriter getColumnWriter(ColumnDescriptor column) {
    return columns.computeIfAbsent(
        column.getPrimitiveType().getId().intValue(), id -> new SampledColumn());
  }

  @Override
  public void flush() {
    // There is nowhere to write to.
  }

  @Override
  public void endRecord() {
    // Rows are not counted.
  }

  @Override
  public long getAllocatedSize() {
    return 0;
  }

  @Override
  public long getBufferedSize() {
    return 0;
  }

  @Override
  public String memUsageString() {
    return "a sample of " + columns.size() + " columns";
  }

  @Override
  public void close() {
    // It holds nothing but memory.
  }
}
