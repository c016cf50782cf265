package io.ringhaul.format;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What is exported.
 *
 * @param jobId names the export; a commit is recognised by it
 * @param table the source
 * @param columns the columns, in the order in which rows carry them
 * @param concurrentTasks how many tasks may write at once, for sharing out memory
 * @param coverage the part of the token space that is exported
 * @param restrictions what leaves rows of the table out, by the setting's name, such as {@code
 *     where} or {@code tokenRange}; empty if the export has every row
 */
public record ExportDescription(
    UUID jobId,
    TableDescription table,
    List<ColumnDescription> columns,
    int concurrentTasks,
    TokenRangeSet coverage,
    Map<String, String> restrictions) {

  public ExportDescription {
    columns = List.copyOf(columns);
    restrictions = Map.copyOf(restrictions);
  }
}
