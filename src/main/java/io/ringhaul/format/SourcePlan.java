package io.ringhaul.format;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What an import reads: plain data.
 *
 * @param formatVersion the version of this value's form
 * @param format the format's name, such as {@code iceberg}
 * @param location where the rows come from, for people
 * @param columns the stored names of the table's columns, in the order in which rows carry them
 * @param properties what the format needs, in texts
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
}
