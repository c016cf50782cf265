package io.ringhaul.format;

import io.ringhaul.schema.ColumnDescription;
import java.util.List;

/**
 * An export target at work. It holds what does not travel, such as an open catalog; everything else
 * is in the {@link TargetPlan}.
 *
 * <p>Calls come in this order: {@link #plan} once, {@link #openTask} for each task, from many
 * threads, then either {@link #commit} or {@link #discard} once, and {@link #close} at the end.
 */
public interface TargetSession extends AutoCloseable {

  /**
   * Checks that the export can go here and describes its output. Nothing becomes visible.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the target cannot take the export
   */
  TargetPlan plan(ExportDescription export);

  /**
   * A writer for one task, used by one thread.
   *
   * @param columns the export's columns, in the order in which rows carry them
   * @param task the task's number
   */
  TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task);

  /**
   * Makes the output of all tasks visible in one step. A second commit of the same plan finds the
   * first and changes nothing.
   *
   * @throws io.ringhaul.exceptions.UnknownCommitStateException if it is not known whether the
   *     commit took effect
   */
  CommitResult commit(TargetPlan plan, List<TaskOutput> outputs);

  /** Removes the output of tasks that will not be committed. */
  void discard(TargetPlan plan, List<TaskOutput> outputs);

  /** Releases what this object opened. */
  @Override
  void close();
}
