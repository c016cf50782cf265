package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.format.FinalStep;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.ColumnDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of a target between the last task of an export and the commit. The job stores their
 * outputs, so that a resumed export does not repeat them. A failed step stops all steps.
 */
final class ExportFinalSteps {

  private static final Logger LOG = LoggerFactory.getLogger(ExportFinalSteps.class);

  private final TargetSession target;
  private final TargetPlan plan;
  private final List<ColumnDescription> columns;
  private final OperationJob job;
  private final ExportCheckpoints checkpoints;
  private final TableScan scan;
  private volatile boolean stopped;

  ExportFinalSteps(
      TargetSession target,
      TargetPlan plan,
      List<ColumnDescription> columns,
      OperationJob job,
      ExportCheckpoints checkpoints,
      TableScan scan) {
    this.target = target;
    this.plan = plan;
    this.columns = columns;
    this.job = job;
    this.checkpoints = checkpoints;
    this.scan = scan;
  }

  /**
   * Runs the steps that have not run yet.
   *
   * @param outputs the outputs of all tasks, and of the steps of earlier runs
   * @return the outputs of all tasks and steps
   * @throws JobStoppedException if the job was asked to stop
   */
  List<TaskOutput> run(Workers workers, List<TaskOutput> outputs, RunningOperation operation)
      throws InterruptedException {
    Queue<FinalStep> waiting =
        new ConcurrentLinkedQueue<>(target.finalSteps(plan, columns, outputs));
    if (waiting.isEmpty()) {
      return outputs;
    }
    LOG.debug("{}: {} final steps", operation.doing(), waiting.size());
    scan.meter().finalSteps(waiting.size());
    Queue<TaskOutput> done = new ConcurrentLinkedQueue<>();
    workers.run(
        () -> {
          try (WorkerClock clock = scan.metrics().work()) {
            for (FinalStep next = waiting.poll(); next != null; next = waiting.poll()) {
              if (stopped || job.isStopping()) {
                stopped = true;
                return;
              }
              done.add(run(next, clock));
            }
          } catch (AbandonedException e) {
            if (Thread.interrupted()) {
              throw new InterruptedException();
            }
            stopped = true;
          }
        });
    checkpoints.storeSteps();
    if (stopped) {
      throw new JobStoppedException(job.id(), operation.doing() + " was stopped. " + job.remedy());
    }
    List<TaskOutput> all = new ArrayList<>(outputs);
    all.addAll(done);
    return all;
  }

  private TaskOutput run(FinalStep step, WorkerClock clock) {
    clock.begin(Stage.ENCODE);
    TaskOutput output;
    try {
      output = step.run(bytes -> requireGoOn());
    } finally {
      clock.end();
    }
    WorkerClock.during(Stage.COMMIT, () -> checkpoints.stepDone(output));
    scan.meter().stepDone();
    return output;
  }

  private void requireGoOn() {
    if (Thread.currentThread().isInterrupted() || job.isOverdue()) {
      throw new AbandonedException();
    }
  }

  /** Thrown within a step to abandon it. */
  private static final class AbandonedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    AbandonedException() {
      super("abandoned", null, false, false);
    }
  }
}
