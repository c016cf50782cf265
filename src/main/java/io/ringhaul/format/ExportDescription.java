package io.ringhaul.format;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.UUID;

/**
 * What is exported.
 *
 * @param jobId names the export; a commit is recognised by it
 * @param table the source
 * @param columns the columns, in the order in which rows carry them
 * @param concurrentTasks how many tasks may write at once, for sharing out memory
 */
public record ExportDescription(
    UUID jobId, TableDescription table, List<ColumnDescription> columns, int concurrentTasks) {

  /** See the record's parameters. */
  public ExportDescription {
    columns = List.copyOf(columns);
  }
}
