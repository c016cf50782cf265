package io.ringhaul.format;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.schema.ColumnDescription;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * An open export target. It holds the resources that cannot be stored, such as an open catalog; the
 * {@link TargetPlan} holds everything else.
 *
 * <p>The order of calls is: {@link #plan} or {@link #resume} once, {@link #openTask} for each task
 * from several threads, {@link #finalSteps} after the last task, {@link #commit} or {@link
 * #abandon}, and {@link #close}. The output of tasks survives failures and crashes until it is
 * committed or cleaned.
 */
public interface TargetSession extends AutoCloseable {

  /**
   * Checks that the target accepts the export and plans its output. No row becomes visible.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the target cannot accept the export
   */
  TargetPlan plan(ExportDescription export);

  /**
   * As {@link #plan}, for an incremental export: the rows replace those with the same primary key
   * that the target has from earlier exports. Default: refuses.
   *
   * @throws InvalidSettingException if the target does not merge rows
   * @throws io.ringhaul.exceptions.BulkOperationException if the target cannot accept the export
   */
  default TargetPlan planMerge(ExportDescription export, MergeDescription merge) {
    throw new InvalidSettingException(
        "incremental",
        "incremental needs a target that merges rows by their key, which only Iceberg tables do");
  }

  /**
   * Returns what a planned incremental export merges its rows into; empty if the target has no rows
   * yet or the export replaces all of them, so that it has every row.
   */
  default Optional<MergeBase> mergeBase(TargetPlan plan) {
    return Optional.empty();
  }

  /**
   * Whether an incremental export that was planned earlier can no longer be committed, because the
   * rows that it was to be merged into have changed since: another incremental export has
   * committed, or the target was replaced. It must be {@linkplain #abandon abandoned} and planned
   * again. May be called without {@link #plan}. Default: false.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the target cannot be read
   */
  default boolean isOutdated(TargetPlan plan) {
    return false;
  }

  /**
   * Returns the type that the target gives to each column, such as {@code decimal(38, 2)}, by the
   * column's stored name. May be called without {@link #plan}. Creates nothing and does not look at
   * existing data. Default: no types, as for files of texts.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the target cannot hold the columns
   */
  default Map<String, String> types(ExportDescription export) {
    return Map.of();
  }

  /**
   * Resumes an export that was planned earlier, possibly by another process, and that is not known
   * to be committed. Checks that the target has not been replaced, and adapts the plan to this
   * process.
   *
   * @param plan the result of {@link #plan}
   * @param export the same export; the number of concurrent tasks may differ
   * @throws io.ringhaul.exceptions.BulkOperationException if the target can no longer accept the
   *     export
   */
  default TargetPlan resume(TargetPlan plan, ExportDescription export) {
    return plan;
  }

  /**
   * Returns the outputs whose files are missing or have changed. Their tasks must run again before
   * the commit. Empty if the export is committed. May be called before {@link #resume}. Default:
   * none.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the files cannot be checked
   */
  default List<TaskOutput> damaged(TargetPlan plan, List<TaskOutput> outputs) {
    return List.of();
  }

  /**
   * Opens the writer of one task. One thread uses it.
   *
   * @param columns the export's columns in the order of a row's values
   * @param task the number of the task
   */
  TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task);

  /**
   * Returns the steps that must run between the last task and the commit, such as writing a few
   * large files from the outputs of many tasks. They may run concurrently and in any order. Empty
   * if the export is committed. Default: none.
   *
   * @param columns the export's columns in the order of a row's values
   * @param outputs the outputs of all tasks, and of the steps that have already run; outputs of
   *     steps that no longer fit those of the tasks are ignored
   * @throws io.ringhaul.exceptions.BulkOperationException if the outputs cannot be read
   */
  default List<FinalStep> finalSteps(
      TargetPlan plan, List<ColumnDescription> columns, List<TaskOutput> outputs) {
    return List.of();
  }

  /**
   * Makes the output of all tasks visible in one step. A second commit of the same plan finds the
   * first one and changes nothing. After a failure, the output of the tasks stays and can be
   * committed again.
   *
   * @param outputs the outputs of all tasks and of all {@link #finalSteps}
   * @throws io.ringhaul.exceptions.UnknownCommitStateException if it is unknown whether the commit
   *     took effect
   */
  CommitResult commit(TargetPlan plan, List<TaskOutput> outputs);

  /**
   * Removes the leftovers of tasks of this export, of any process: temporary files, and files of
   * failed attempts. No task of the export may be writing. Committed files are never removed.
   *
   * @param kept outputs to keep
   * @return number of removed files
   */
  default int clean(TargetPlan plan, List<TaskOutput> kept) {
    return 0;
  }

  /**
   * Removes everything that an export has made so far, of any process, because it is given up and
   * will not be resumed. No task of the export may be writing. Committed files are never removed.
   * Default: {@link #clean} without kept outputs.
   *
   * @return number of removed files
   */
  default int abandon(TargetPlan plan) {
    return clean(plan, List.of());
  }

  /**
   * Removes what {@link #plan} has made for an export that is given up and whose plan is not known,
   * because its process was killed while it planned. Default: nothing, because most targets make
   * nothing before the first task.
   *
   * @param jobId the export's id, as in {@link ExportDescription#jobId}
   * @param keyspace the keyspace of the exported table
   * @param table the name of the exported table
   */
  default void abandonUnplanned(UUID jobId, String keyspace, String table) {}

  /**
   * Removes the leftovers of a committed export: temporary files, and files of failed attempts. The
   * result itself may have been deleted.
   *
   * @param committed the output of the export's tasks; a target keeps these files if it cannot tell
   *     whether they are still in use
   * @return number of removed files
   */
  default int cleanCommitted(TargetPlan plan, List<TaskOutput> committed) {
    return clean(plan, List.of());
  }

  /** Releases the resources that this session opened. */
  @Override
  void close();
}
