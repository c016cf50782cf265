package io.ringhaul.format;

import io.ringhaul.schema.ColumnDescription;
import java.util.List;

/**
 * An export target at work. It holds what does not travel, such as an open catalog; everything else
 * is in the {@link TargetPlan}.
 *
 * <p>Calls come in this order: {@link #plan} or {@link #resume} once, {@link #openTask} for each
 * task, from many threads, then {@link #commit} or {@link #clean}, and {@link #close} at the end.
 * What tasks have written stays, through failures and crashes, until it is committed or cleaned.
 */
public interface TargetSession extends AutoCloseable {

  /**
   * Checks that the export can go here and describes its output. Nothing becomes visible.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the target cannot take the export
   */
  TargetPlan plan(ExportDescription export);

  /**
   * Takes up an export that was planned before, maybe by another process, and that is not known to
   * be committed: checks that the target is still the one it was planned for, and fits the plan to
   * this process.
   *
   * @param plan what {@link #plan} gave then
   * @param export the same export; the number of its concurrent tasks may be another
   * @throws io.ringhaul.exceptions.BulkOperationException if the target cannot take it any more
   */
  default TargetPlan resume(TargetPlan plan, ExportDescription export) {
    return plan;
  }

  /**
   * Of the outputs of tasks those whose files are gone or no longer as they were written, so that
   * the tasks have to run again before the export can be committed. None if it is committed
   * already. May be called before {@link #resume}. Default: none.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if it cannot be found out
   */
  default List<TaskOutput> damaged(TargetPlan plan, List<TaskOutput> outputs) {
    return List.of();
  }

  /**
   * A writer for one task, used by one thread.
   *
   * @param columns the export's columns, in the order in which rows carry them
   * @param task the task's number
   */
  TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task);

  /**
   * Makes the output of all tasks visible in one step. A second commit of the same plan finds the
   * first and changes nothing. If it fails, what tasks have written stays and can be committed
   * again.
   *
   * @throws io.ringhaul.exceptions.UnknownCommitStateException if it is not known whether the
   *     commit took effect
   */
  CommitResult commit(TargetPlan plan, List<TaskOutput> outputs);

  /**
   * Removes what tasks of this export have left, of whatever process: temporary files, and files of
   * attempts that came to nothing. No task of the export may be writing. What is committed is never
   * touched.
   *
   * @param kept outputs that stay; none if the export is given up
   * @return how many files were removed
   */
  default int clean(TargetPlan plan, List<TaskOutput> kept) {
    return 0;
  }

  /**
   * Removes what an export that is committed has left beside its result: temporary files and files
   * of attempts that came to nothing. The result itself need not be there any more.
   *
   * @param committed what the export's tasks wrote; never removed where the target cannot tell
   *     whether somebody has it
   * @return how many files were removed
   */
  default int cleanCommitted(TargetPlan plan, List<TaskOutput> committed) {
    return clean(plan, List.of());
  }

  /** Releases what this object opened. */
  @Override
  void close();
}
