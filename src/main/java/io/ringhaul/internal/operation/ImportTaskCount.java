package io.ringhaul.internal.operation;

import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.internal.write.RowBinders;
import io.ringhaul.schema.TableDescription;
import java.util.List;
import java.util.OptionalInt;

/** Into how many tasks the source of an import is divided. */
final class ImportTaskCount {

  /**
   * Tasks whose rows must not be written twice end before the job stops: they are to take a second
   * or so, and if the process is killed, little is in doubt.
   */
  private static final long APPENDING_BYTES = 1L << 20;

  /** So many do not burden the store of the job; the source's own choice may be more. */
  private static final long MOST_APPENDING = 10_000;

  private final OperationSettings settings;
  private final ImportChoices choices;

  ImportTaskCount(OperationSettings settings, ImportChoices choices) {
    this.settings = settings;
    this.choices = choices;
  }

  /**
   * Plans in the number of tasks that was asked for, or in a fitting one. A source that cannot be
   * divided so finely has the tasks that it can have.
   *
   * @param columns those asked for; empty for all
   */
  SourcePlan plan(SourceSession source, TableDescription table, List<String> columns) {
    SourcePlan plan = source.plan(table, columns, settings.taskCount());
    if (settings.taskCount().isPresent()
        || !RowBinders.append(table, table.select(plan.columns()), choices)) {
      return plan;
    }
    long bytes = plan.tasks().stream().mapToLong(SourceTask::bytes).sum();
    long wanted = Math.min(MOST_APPENDING, bytes / APPENDING_BYTES);
    return wanted > plan.tasks().size()
        ? source.plan(table, columns, OptionalInt.of((int) wanted))
        : plan;
  }
}
