package io.ringhaul.format;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** An import source at work; the counterpart of {@link TargetSession}. */
public interface SourceSession extends AutoCloseable {

  /**
   * The CQL schema that the source keeps of its rows, by which a table for them can be made; empty
   * if it keeps none, as in files of other tools. May be called before {@link #plan} or without it.
   *
   * @param keyspace the stored name of the keyspace that is imported into
   * @param table the stored name of the table that is imported into, which need not exist
   * @throws io.ringhaul.exceptions.BulkOperationException if the source cannot be read
   */
  default Optional<TableSchema> schema(String keyspace, String table) {
    return Optional.empty();
  }

  /**
   * Finds what there is to read and how its columns fit the table.
   *
   * @param table the table that is imported into
   * @param columns the columns to import, by their stored names; empty for all that the source and
   *     the table have in common
   * @param taskCount about how many tasks to make; empty for the format's own choice
   * @throws io.ringhaul.exceptions.BulkOperationException if the source does not fit
   */
  SourcePlan plan(TableDescription table, List<String> columns, OptionalInt taskCount);

  /**
   * Returns the plan with what is needed to detect a later change of the source, such as checksums
   * of its files: {@link #open} refuses a task of it then. It may read the whole source.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the source cannot be read
   */
  default SourcePlan pinned(SourcePlan plan) {
    return plan;
  }

  /**
   * Reads one task, used by one thread.
   *
   * @param columns the plan's columns, in its order
   */
  RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask task);

  /** Releases what this object opened. */
  @Override
  void close();
}
