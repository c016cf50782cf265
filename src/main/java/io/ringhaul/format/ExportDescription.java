package io.ringhaul.format;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The rows and columns of an export.
 *
 * @param jobId identifies the export; a target recognizes the commit of the export by it
 * @param table the exported table
 * @param columns the columns in the order of a row's values
 * @param concurrentTasks maximum number of tasks that write at the same time; targets divide memory
 *     by it
 * @param coverage the exported part of the token space
 * @param restrictions the settings that leave rows out, such as {@code where} or {@code
 *     tokenRange}, by name; empty if the export has every row
 * @param comment the comment of the table in Cassandra; empty if there is none
 */
public record ExportDescription(
    UUID jobId,
    TableDescription table,
    List<ColumnDescription> columns,
    int concurrentTasks,
    TokenRangeSet coverage,
    Map<String, String> restrictions,
    String comment) {

  public ExportDescription {
    columns = List.copyOf(columns);
    restrictions = Map.copyOf(restrictions);
  }

  /** Creates the description of a table without a comment. */
  public ExportDescription(
      UUID jobId,
      TableDescription table,
      List<ColumnDescription> columns,
      int concurrentTasks,
      TokenRangeSet coverage,
      Map<String, String> restrictions) {
    this(jobId, table, columns, concurrentTasks, coverage, restrictions, "");
  }
}
