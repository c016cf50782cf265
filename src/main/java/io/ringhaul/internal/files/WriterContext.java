package io.ringhaul.internal.files;

import io.ringhaul.format.Compression;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableSchema;
import java.util.List;
import java.util.Map;

/**
 * What a writer of part files needs to know.
 *
 * @param schema the exported columns in texts
 * @param columns the exported columns, in the order in which rows carry them
 * @param properties the format's own, as {@link OutputFormat#properties} gave them
 * @param compression for formats that compress themselves
 * @param maxFileBytes the size at which a file is ended
 * @param memoryBytes the memory that the writer may fill before it writes
 */
public record WriterContext(
    TableSchema schema,
    List<ColumnDescription> columns,
    Map<String, String> properties,
    Compression compression,
    long maxFileBytes,
    long memoryBytes) {

  public WriterContext {
    columns = List.copyOf(columns);
    properties = Map.copyOf(properties);
  }

  /** The format's property of that name. */
  public String property(String name) {
    String value = properties.get(name);
    if (value == null) {
      throw new IllegalStateException("The plan lacks the property " + name);
    }
    return value;
  }
}
