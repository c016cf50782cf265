package io.ringhaul.format;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TokenRangeSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** An open import source; the counterpart of {@link TargetSession}. */
public interface SourceSession extends AutoCloseable {

  /**
   * Returns the CQL schema that the source stores, or that its own types lead to, from which a
   * table for its rows can be created; empty if it has no types, as in CSV files of other tools. A
   * source that does not know the primary key returns a schema with an empty one. May be called
   * before {@link #plan} or without it.
   *
   * @param keyspace the stored name of the target keyspace
   * @param table the stored name of the target table, which need not exist
   * @throws io.ringhaul.exceptions.BulkOperationException if the source cannot be read
   */
  default Optional<TableSchema> schema(String keyspace, String table) {
    return Optional.empty();
  }

  /**
   * Finds the data to read and matches its columns with the table.
   *
   * @param table the target table
   * @param columns the stored names of the columns to import; empty for all that source and table
   *     have in common
   * @param taskCount the approximate number of tasks; empty for the format's default
   * @throws io.ringhaul.exceptions.BulkOperationException if the source does not match the table
   */
  SourcePlan plan(TableDescription table, List<String> columns, OptionalInt taskCount);

  /**
   * Returns the plan with the data for detecting a later change of the source, such as checksums of
   * its files. {@link #open} fails for a task that has changed. This may read the whole source.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the source cannot be read
   */
  default SourcePlan pinned(SourcePlan plan) {
    return plan;
  }

  /**
   * Returns the plan with only the tasks, or parts of tasks, that may contain rows of these tokens.
   * The caller ignores other rows. Default: the plan itself, as for files, whose rows are in no
   * order of tokens.
   *
   * @param tokens Murmur3 tokens of partition keys
   */
  default SourcePlan within(SourcePlan plan, TokenRangeSet tokens) {
    return plan;
  }

  /**
   * Returns the planned columns whose decimals all have the scale of the column's type, such as
   * {@code decimal(10, 2)}, so that a comparison cannot tell their scales apart. Default: none, as
   * for files of texts.
   */
  default Set<String> fixedScales(SourcePlan plan) {
    return Set.of();
  }

  /**
   * Opens the reader of one task. One thread uses it.
   *
   * @param columns the plan's columns, in its order
   */
  RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask task);

  /**
   * Returns whether a task that is opened again has the same rows in the same order. If not, the
   * import keeps the rows that the cluster refuses in memory. Default: true, as for files.
   */
  default boolean isRepeatable() {
    return true;
  }

  /**
   * Checks that the source is still the one that was planned. Called once after the last row,
   * before the import reports success. Default: no check, as for files whose checksums are in the
   * plan.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the rows read do not belong together
   */
  default void requireUnchanged() {
    // Does nothing by default.
  }

  /** Releases the resources that this session opened. */
  @Override
  void close();
}
