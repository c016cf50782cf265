package io.ringhaul.spark;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.internal.operation.Distribution;
import io.ringhaul.internal.request.RequestLimits;
import java.io.NotSerializableException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.AccumulatorV2;

/** Runs the tasks of an operation as one job of Spark, with a partition for each task. */
final class SparkTasks extends Distribution.Sender {

  private static final long LOOK_MILLIS = 200;

  /** Outcomes of tasks that are stored in one step. */
  private static final int MOST_TOGETHER = 1_000;

  private static final String INTERRUPT = "spark.job.interruptOnCancel";

  private final JavaSparkContext context;
  private final SparkTask.Source source;
  private final RinghaulSpark.Request<?> request;
  private final Set<JavaFutureAction<?>> running;

  /**
   * @param running has the jobs of Spark while they run; closing cancels them
   */
  SparkTasks(
      Executor threads,
      JavaSparkContext context,
      SparkTask.Source source,
      RinghaulSpark.Request<?> request,
      Set<JavaFutureAction<?>> running) {
    super(threads);
    this.context = context;
    this.source = source;
    this.request = request;
    this.running = running;
  }

  @Override
  protected void run(
      Distribution.Terms terms,
      List<Distribution.Task> tasks,
      Consumer<List<Distribution.Outcome>> ended,
      BooleanSupplier stops)
      throws InterruptedException {
    if (tasks.isEmpty()) {
      return;
    }
    if (terms.once()) {
      SparkTask.requireNoSpeculation();
    }
    Distribution.Terms share = terms.dividedBy(together(terms.limits(), tasks.size()));
    Outcomes outcomes = new Outcomes(ended);
    JavaFutureAction<List<Integer>> job = start(tasks, share, outcomes);
    running.add(job);
    try {
      while (!job.isDone() && !stops.getAsBoolean()) {
        outcomes.take(LOOK_MILLIS);
      }
      if (job.isDone()) {
        List<Integer> numbers = job.get();
        outcomes.takeAll();
        outcomes.requireAll(numbers);
      }
    } catch (ExecutionException e) {
      // A resume does not repeat the tasks that have ended before.
      outcomes.takeAll();
      throw failure(e);
    } catch (CancellationException e) {
      throw new OperationCancelledException("The operation on Spark was cancelled", e);
    } finally {
      job.cancel(true);
      running.remove(job);
    }
  }

  private JavaFutureAction<List<Integer>> start(
      List<Distribution.Task> tasks, Distribution.Terms share, Outcomes outcomes) {
    String before = context.getLocalProperty(INTERRUPT);
    try {
      // Without a name, Spark's page does not list every outcome.
      context.sc().register(outcomes);
      context.setLocalProperty(INTERRUPT, "true");
      return context
          .parallelize(tasks.stream().map(SparkTask::encoded).toList(), tasks.size())
          .map(new SparkTask(source, request, share, outcomes))
          .collectAsync();
    } catch (Exception e) {
      // Spark's own exceptions are checked, and its methods do not declare them.
      throw causes(e).anyMatch(NotSerializableException.class::isInstance)
          ? notSerializable(e)
          : failure(e);
    } finally {
      context.setLocalProperty(INTERRUPT, before);
    }
  }

  @Override
  protected int together(RequestLimits limits, int tasks) {
    SparkConf conf = context.getConf();
    int coresOfTask = Math.max(1, conf.getInt("spark.task.cpus", 1));
    int coresOfExecutor = conf.getInt("spark.executor.cores", 1);
    long most;
    if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
      int executors = conf.getInt("spark.dynamicAllocation.maxExecutors", Integer.MAX_VALUE);
      if (executors == Integer.MAX_VALUE && !limits.equals(RequestLimits.NONE)) {
        throw new InvalidSettingException(
            "maxRowsPerSecond",
            "A limit of the operation is divided among the tasks that may run at the same time, and"
                + " their number is not bounded: set spark.dynamicAllocation.maxExecutors");
      }
      most = (long) executors * coresOfExecutor;
    } else {
      most =
          Stream.of(
                  conf.getInt("spark.cores.max", 0),
                  conf.getInt("spark.executor.instances", 0) * coresOfExecutor,
                  conf.contains("spark.default.parallelism") ? 0 : context.defaultParallelism())
              .mapToInt(Integer::intValue)
              .max()
              .orElse(0);
    }
    int together = (int) Math.max(1, Math.min(tasks, most / coresOfTask));
    requireEnough("maxRowsPerSecond", limits.maxRowsPerSecond(), together);
    requireEnough("maxBytesPerSecond", limits.maxBytesPerSecond(), together);
    requireEnough("maxInFlightPerNode", limits.maxInFlightPerNode(), together);
    return together;
  }

  private static void requireEnough(String setting, long limit, int together) {
    if (limit > 0 && limit < together) {
      throw new InvalidSettingException(
          setting,
          String.format(
              "%s is %d, and Spark may run %d tasks at the same time: set a larger limit, or fewer"
                  + " cores with spark.cores.max",
              setting, limit, together));
    }
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause);
  }

  private static InvalidSettingException notSerializable(Exception e) {
    String type =
        causes(e)
            .filter(NotSerializableException.class::isInstance)
            // More lines tell how Spark found it.
            .map(cause -> String.valueOf(cause.getMessage()).lines().findFirst().orElse(""))
            .findFirst()
            .orElse("");
    return new InvalidSettingException(
        "request",
        "Spark cannot send the request to its executors: the function that makes it, or the"
            + " SessionFactory, refers to an object of "
            + type
            + ", which is not serializable. Make such objects inside the function");
  }

  private static BulkOperationException failure(Exception e) {
    String reason =
        causes(e)
            .filter(BulkOperationException.class::isInstance)
            .map(cause -> String.valueOf(cause.getMessage()))
            .findFirst()
            .orElseGet(() -> causes(e).reduce((outer, inner) -> inner).orElse(e).toString());
    return new BulkOperationException("A task on Spark failed: " + reason, e);
  }

  /**
   * Brings outcomes to the driver while other tasks still run. Spark adds those of the first
   * successful attempt of each task only.
   */
  static final class Outcomes
      extends AccumulatorV2<Distribution.Outcome, List<Distribution.Outcome>> {

    private static final long serialVersionUID = 1;

    /** On the executor. */
    private final ArrayList<Distribution.Outcome> added = new ArrayList<>();

    /** On the driver. */
    private final transient BlockingQueue<Distribution.Outcome> ended = new LinkedBlockingQueue<>();

    private final transient Set<Integer> told = new HashSet<>();
    private final transient Consumer<List<Distribution.Outcome>> to;

    private Outcomes(Consumer<List<Distribution.Outcome>> to) {
      this.to = to;
    }

    private void take(long millis) throws InterruptedException {
      Distribution.Outcome first = ended.poll(millis, TimeUnit.MILLISECONDS);
      if (first != null) {
        tell(first);
      }
    }

    private void takeAll() {
      for (Distribution.Outcome next = ended.poll(); next != null; next = ended.poll()) {
        tell(next);
      }
    }

    /** Tells an outcome together with others that have arrived, which costs the store less. */
    private void tell(Distribution.Outcome first) {
      List<Distribution.Outcome> all = new ArrayList<>(List.of(first));
      ended.drainTo(all, MOST_TOGETHER - 1);
      all.removeIf(outcome -> !told.add(outcome.number()));
      if (!all.isEmpty()) {
        to.accept(List.copyOf(all));
      }
    }

    /** Spark only logs a failure to add an outcome. */
    private void requireAll(List<Integer> numbers) {
      if (!told.containsAll(numbers)) {
        throw new BulkOperationException(
            "Spark has lost the outcome of a task; run the operation again", null);
      }
    }

    @Override
    public boolean isZero() {
      return added.isEmpty();
    }

    @Override
    public AccumulatorV2<Distribution.Outcome, List<Distribution.Outcome>> copy() {
      Outcomes copy = new Outcomes(outcomes -> {});
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
