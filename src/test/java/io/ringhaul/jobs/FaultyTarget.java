package io.ringhaul.jobs;

import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.FinalStep;
import io.ringhaul.format.MergeBase;
import io.ringhaul.format.MergeDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Wraps a target and calls hooks for each row, in each final step, before the commit and before the
 * files are abandoned.
 */
record FaultyTarget(
    ExportTarget real,
    LongConsumer atRow,
    LongConsumer inStep,
    Runnable beforeCommit,
    Runnable beforeAbandon)
    implements ExportTarget {

  private FaultyTarget(
      ExportTarget real, LongConsumer atRow, LongConsumer inStep, Runnable beforeCommit) {
    this(real, atRow, inStep, beforeCommit, () -> {});
  }

  /** Calls the trigger with the number of each row, starting with 1, before the row is written. */
  static FaultyTarget atRow(ExportTarget real, LongConsumer trigger) {
    return new FaultyTarget(real, trigger, step -> {}, () -> {});
  }

  static FaultyTarget beforeCommit(ExportTarget real, Runnable trigger) {
    return new FaultyTarget(real, row -> {}, step -> {}, trigger);
  }

  static FaultyTarget beforeAbandon(ExportTarget real, Runnable trigger) {
    return new FaultyTarget(real, row -> {}, step -> {}, () -> {}, trigger);
  }

  /**
   * Calls the trigger with the number of each final step, starting with 1, before its files are
   * ended.
   */
  static FaultyTarget inStep(ExportTarget real, LongConsumer trigger) {
    return new FaultyTarget(real, row -> {}, trigger, () -> {});
  }

  @Override
  public Map<String, String> identity() {
    return real.identity();
  }

  @Override
  public TargetSession open() {
    TargetSession session = real.open();
    AtomicLong rows = new AtomicLong();
    AtomicLong steps = new AtomicLong();
    return new TargetSession() {
      @Override
      public TargetPlan plan(ExportDescription export) {
        return session.plan(export);
      }

      @Override
      public TargetPlan planMerge(ExportDescription export, MergeDescription merge) {
        return session.planMerge(export, merge);
      }

      @Override
      public Optional<MergeBase> mergeBase(TargetPlan plan) {
        return session.mergeBase(plan);
      }

      @Override
      public boolean isOutdated(TargetPlan plan) {
        return session.isOutdated(plan);
      }

      @Override
      public TargetPlan resume(TargetPlan plan, ExportDescription export) {
        return session.resume(plan, export);
      }

      @Override
      public List<TaskOutput> damaged(TargetPlan plan, List<TaskOutput> outputs) {
        return session.damaged(plan, outputs);
      }

      @Override
      public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task) {
        TaskWriter writer = session.openTask(plan, columns, task);
        return new TaskWriter() {
          @Override
          public void write(RawRow row) {
            atRow.accept(rows.incrementAndGet());
            writer.write(row);
          }

          @Override
          public void delete(RawRow key) {
            writer.delete(key);
          }

          @Override
          public TaskOutput finish() {
            return writer.finish();
          }

          @Override
          public void close() {
            writer.close();
          }
        };
      }

      @Override
      public List<FinalStep> finalSteps(
          TargetPlan plan, List<ColumnDescription> columns, List<TaskOutput> outputs) {
        return session.finalSteps(plan, columns, outputs).stream()
            .<FinalStep>map(
                step ->
                    bytes -> {
                      long number = steps.incrementAndGet();
                      return step.run(
                          size -> {
                            inStep.accept(number);
                            bytes.accept(size);
                          });
                    })
            .toList();
      }

      @Override
      public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
        beforeCommit.run();
        return session.commit(plan, outputs);
      }

      @Override
      public int clean(TargetPlan plan, List<TaskOutput> kept) {
        return session.clean(plan, kept);
      }

      @Override
      public int abandon(TargetPlan plan) {
        beforeAbandon.run();
        return session.abandon(plan);
      }

      @Override
      public void close() {
        session.close();
      }
    };
  }
}
