package io.ringhaul.internal.files;

import java.util.List;
import java.util.Map;

/**
 * The columns of a source's files.
 *
 * @param columns the names of the files' columns, as stored in the table (not quoted)
 * @param properties the properties that reading the files needs
 * @param problems why the type of a column prevents its import, by column name; used only for
 *     columns that are imported
 */
public record SourceLayout(
    List<String> columns, Map<String, String> properties, Map<String, String> problems) {

  public SourceLayout {
    columns = List.copyOf(columns);
    properties = Map.copyOf(properties);
    problems = Map.copyOf(problems);
  }

  /** Creates a layout whose columns can all be imported. */
  public SourceLayout(List<String> columns, Map<String, String> properties) {
    this(columns, properties, Map.of());
  }
}
