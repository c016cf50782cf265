package io.ringhaul.spark;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.operation.Distribution;
import java.io.NotSerializableException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.AccumulatorV2;

/** Runs the tasks of an operation as one job of Spark, with a partition for each task. */
final class SparkTasks extends Distribution.Sender {

  private static final long LOOK_MILLIS = 200;

  private final JavaSparkContext context;
  private final SparkTask.Source source;
  private final RinghaulSpark.Request<?> request;

  SparkTasks(
      Executor threads,
      JavaSparkContext context,
      SparkTask.Source source,
      RinghaulSpark.Request<?> request) {
    super(threads);
    this.context = context;
    this.source = source;
    this.request = request;
  }

  @Override
  protected void run(
      Distribution.Terms terms,
      List<Distribution.Task> tasks,
      Consumer<Distribution.Outcome> ended,
      BooleanSupplier stops)
      throws InterruptedException {
    if (tasks.isEmpty()) {
      return;
    }
    int together = Math.max(1, Math.min(context.defaultParallelism(), tasks.size()));
    SparkTask body = new SparkTask(source, request, terms.dividedBy(together));
    Outcomes outcomes = new Outcomes();
    context.sc().register(outcomes, "ringhaul");
    Set<Integer> told = new HashSet<>();
    Consumer<Distribution.Outcome> once =
        outcome -> {
          if (told.add(outcome.number())) {
            ended.accept(outcome);
          }
        };
    JavaFutureAction<List<Distribution.Outcome>> running =
        mapped(context.parallelize(tasks, tasks.size()), body).map(outcomes::noted).collectAsync();
    try {
      while (!running.isDone() && !stops.getAsBoolean()) {
        outcomes.take(once);
      }
      if (running.isDone()) {
        running.get().forEach(once);
      }
    } catch (ExecutionException e) {
      throw failure(e);
    } finally {
      running.cancel(true);
      outcomes.rest(once);
    }
  }

  private static JavaRDD<Distribution.Outcome> mapped(
      JavaRDD<Distribution.Task> tasks, SparkTask body) {
    try {
      return tasks.map(body);
    } catch (Exception e) {
      // Spark's own exception is checked, and its methods do not declare it.
      throw root(e) instanceof NotSerializableException unknown
          // More lines tell how Spark found it.
          ? new InvalidSettingException(
              "request",
              "Spark cannot send the request to its executors: the function that makes it, or the"
                  + " SessionFactory, refers to an object of "
                  + String.valueOf(unknown.getMessage()).lines().findFirst().orElse("")
                  + ", which is not serializable. Make such objects inside the function")
          : failure(e);
    }
  }

  private static Throwable root(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static BulkOperationException failure(Exception e) {
    return new BulkOperationException(
        "A task failed on the executors of Spark: " + root(e).getMessage(), e);
  }

  /**
   * Brings outcomes to the driver while other tasks still run. Spark adds those of the first
   * successful attempt of each task only.
   */
  private static final class Outcomes
      extends AccumulatorV2<Distribution.Outcome, List<Distribution.Outcome>> {

    private static final long serialVersionUID = 1;

    private final ArrayList<Distribution.Outcome> added = new ArrayList<>();
    private final BlockingQueue<Distribution.Outcome> ended = new LinkedBlockingQueue<>();

    Distribution.Outcome noted(Distribution.Outcome outcome) {
      add(outcome);
      return outcome;
    }

    void take(Consumer<Distribution.Outcome> to) throws InterruptedException {
      Distribution.Outcome outcome = ended.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      if (outcome != null) {
        to.accept(outcome);
      }
    }

    void rest(Consumer<Distribution.Outcome> to) {
      for (Distribution.Outcome outcome = ended.poll(); outcome != null; outcome = ended.poll()) {
        to.accept(outcome);
      }
    }

    @Override
    public boolean isZero() {
      return added.isEmpty();
    }

    @Override
    public AccumulatorV2<Distribution.Outcome, List<Distribution.Outcome>> copy() {
      Outcomes copy = new Outcomes();
      copy.added.addAll(added);
      return copy;
    }

    @Override
    public void reset() {
      added.clear();
    }

    @Override
    public void add(Distribution.Outcome outcome) {
      added.add(outcome);
    }

    /** Called on the driver for each finished task; nothing is kept here but the queue. */
    @Override
    public void merge(AccumulatorV2<Distribution.Outcome, List<Distribution.Outcome>> other) {
      ended.addAll(other.value());
    }

    @Override
    public List<Distribution.Outcome> value() {
      return List.copyOf(added);
    }
  }
}
