package io.ringhaul.files;

import java.util.List;
import java.util.Map;

/**
 * What a format has found out about the files of a source.
 *
 * @param columns the names of the columns that the files have, as stored in the table (not quoted)
 * @param properties what reading the files takes, in texts
 */
public record SourceLayout(List<String> columns, Map<String, String> properties) {

  /** See the record's parameters. */
  public SourceLayout {
    columns = List.copyOf(columns);
    properties = Map.copyOf(properties);
  }
}
