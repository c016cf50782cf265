package io.ringhaul.internal.files;

import io.ringhaul.format.Compression;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableSchema;
import java.util.List;
import java.util.Map;

/**
 * The settings of a {@link PartWriter}.
 *
 * @param schema the exported columns with their types as text
 * @param columns the exported columns, in the order of the rows' values
 * @param properties the format's own properties, from {@link OutputFormat#properties}
 * @param compression for formats that compress themselves
 * @param maxFileBytes the size at which a file is ended
 * @param memoryBytes the memory that the writer may use for buffers
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

  /** Returns the format's property of that name. */
  public String property(String name) {
    String value = properties.get(name);
    if (value == null) {
      throw new IllegalStateException("The plan has no property " + name);
    }
    return value;
  }
}
