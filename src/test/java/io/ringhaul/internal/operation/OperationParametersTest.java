package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.internal.telemetry.Tunable;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Only parameters that reach the tasks may change while an operation runs. */
class OperationParametersTest {

  private static OperationParameters of(Executor executor) {
    OperatorThreads threads = OperatorThreads.over(executor);
    return new OperationParameters()
        .workers(new WorkerCount(new Workers(threads, 1), 8, Math::toIntExact))
        .ofTasks(threads);
  }

  @Test
  void parametersOfTasksInThisProcessMayChange() {
    assertThat(of(Runnable::run).tunables()).extracting(Tunable::name).containsExactly("workers");
  }

  @Test
  void parametersOfTasksInOtherProcessesMayNotChange() {
    assertThat(of(new Elsewhere()).rates(List.of()).tunables()).isEmpty();
  }

  /** Runs tasks in other processes. */
  private static final class Elsewhere extends Distribution.Sender {

    Elsewhere() {
      super(Runnable::run);
    }

    @Override
    protected int together(RequestLimits limits, int tasks) {
      return tasks;
    }

    @Override
    protected void requireOnce() {}

    @Override
    protected void run(
        Distribution.Terms terms,
        List<Distribution.Task> tasks,
        Consumer<List<Distribution.Outcome>> ended,
        BooleanSupplier stops) {
      throw new UnsupportedOperationException();
    }
  }
}
