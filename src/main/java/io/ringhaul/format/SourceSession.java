package io.ringhaul.format;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.OptionalInt;

/** An import source at work; the counterpart of {@link TargetSession}. */
public interface SourceSession extends AutoCloseable {

  /**
   * Finds what there is to read and how its columns fit the table.
   *
   * @param table the table that is imported into
   * @param columns the columns to import, by their stored names; empty for all that the source and
   *     the table have in common
   * @param splitCount about how many splits to make; empty for the format's own choice
   * @throws io.ringhaul.exceptions.BulkOperationException if the source does not fit
   */
  SourcePlan plan(TableDescription table, List<String> columns, OptionalInt splitCount);

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
