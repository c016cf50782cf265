package io.ringhaul.internal.files;

import java.util.List;
import java.util.Map;

/**
 * What a format has found out about the files of a source.
 *
 * @param columns the names of the columns that the files have, as stored in the table (not quoted)
 * @param properties what reading the files takes, in texts
 * @param problems why columns cannot be imported, by their names, as far as their types tell; asked
 *     only for those that are imported
 */
public record SourceLayout(
    List<String> columns, Map<String, String> properties, Map<String, String> problems) {

  public SourceLayout {
    columns = List.copyOf(columns);
    properties = Map.copyOf(properties);
    problems = Map.copyOf(problems);
  }

  /** A layout of columns that can all be imported. */
  public SourceLayout(List<String> columns, Map<String, String> properties) {
    this(columns, properties, Map.of());
  }
}
