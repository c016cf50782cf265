package io.ringhaul.format;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * The plan of an import. Serializable.
 *
 * @param formatVersion version of the encoding of this plan
 * @param format name of the format, such as {@code iceberg}
 * @param location the location of the rows, for messages
 * @param columns the stored names of the table's columns, in the order of a row's values
 * @param properties settings of the format as texts
 * @param tasks the parts to read
 */
public record SourcePlan(
    int formatVersion,
    String format,
    String location,
    List<String> columns,
    Map<String, String> properties,
    List<SourceTask> tasks)
    implements Serializable {

  public SourcePlan {
    columns = List.copyOf(columns);
    properties = Map.copyOf(properties);
    tasks = List.copyOf(tasks);
  }

  /** Returns this plan with other tasks. */
  public SourcePlan withTasks(List<SourceTask> others) {
    return new SourcePlan(formatVersion, format, location, columns, properties, others);
  }
}
