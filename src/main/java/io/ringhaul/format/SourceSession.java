package io.ringhaul.format;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.util.List;

/** An import source at work; the counterpart of {@link TargetSession}. */
public interface SourceSession extends AutoCloseable {

  /**
   * Finds what there is to read and how its columns fit the table.
   *
   * @param table the table that is imported into
   * @param columns the columns to import, by their stored names; empty for all that the source and
   *     the table have in common
   * @throws io.ringhaul.exceptions.BulkOperationException if the source does not fit
   */
  SourcePlan plan(TableDescription table, List<String> columns);

  /**
   * Reads one split, used by one thread.
   *
   * @param columns the plan's columns, in its order
   */
  RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceSplit split);

  /** Releases what this object opened. */
  @Override
  void close();
}
