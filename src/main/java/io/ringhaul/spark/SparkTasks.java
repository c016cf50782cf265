package io.ringhaul.spark;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.internal.operation.Distribution;
import io.ringhaul.internal.request.RequestLimits;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\d+|\\*)(?:,.*)?])?");

  /** The default of Spark on YARN and Kubernetes. */
  private static final int USUAL_EXECUTORS = 2;

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
    Distribution.Terms share = terms.dividedBy(together(terms.limits(), tasks.size()));
    Outcomes outcomes = new Outcomes(ended);
    JavaFutureAction<List<Integer>> job = start(tasks, share, outcomes);
    running.add(job);
    try {
      while (!job.isDone() && !stops.getAsBoolean()) {
        outcomes.take(LOOK_MILLIS);
      }
      Optional<List<Integer>> numbers = job.isDone() ? Optional.of(job.get()) : Optional.empty();
      // A resume does not repeat the tasks that have ended before a stop.
      outcomes.takeAll();
      numbers.ifPresent(outcomes::requireAll);
    } catch (ExecutionException e) {
      BulkOperationException failure = failure(e);
      try {
        outcomes.takeAll();
      } catch (RuntimeException further) {
        failure.addSuppressed(further);
      }
      throw failure;
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
  protected void requireOnce() {
    SparkTask.requireNoSpeculation();
    try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
      out.writeObject(source);
      out.writeObject(request);
    } catch (IOException e) {
      throw notSerializable(e);
    }
  }

  @Override
  protected int together(RequestLimits limits, int tasks) {
    int coresOfTask = Math.max(1, context.getConf().getInt("spark.task.cpus", 1));
    OptionalLong bound = mostCores();
    if (bound.isEmpty() && !limits.equals(RequestLimits.NONE)) {
      throw new InvalidSettingException(
          "maxRowsPerSecond",
          "A limit of the operation is divided among the tasks that may run at the same time, and"
              + " their number is not bounded: set spark.cores.max, or with dynamic allocation"
              + " spark.dynamicAllocation.maxExecutors");
    }
    long most = bound.orElse(context.defaultParallelism());
    int together = (int) Math.max(1, Math.min(tasks, most / coresOfTask));
    requireEnough("maxRowsPerSecond", limits.maxRowsPerSecond(), together);
    requireEnough("maxBytesPerSecond", limits.maxBytesPerSecond(), together);
    requireEnough("maxInFlightPerNode", limits.maxInFlightPerNode(), together);
    return together;
  }

  /** The most cores that Spark may use for the application; empty if that is not bounded. */
  private OptionalLong mostCores() {
    SparkConf conf = context.getConf();
    Matcher local = LOCAL.matcher(context.master());
    if (local.matches()) {
      String cores = local.group(1);
      return OptionalLong.of(
          cores == null
              ? 1
              : cores.equals("*")
                  ? Runtime.getRuntime().availableProcessors()
                  : Long.parseLong(cores));
    }
    long coresOfExecutor = conf.getInt("spark.executor.cores", 1);
    if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
      int executors = conf.getInt("spark.dynamicAllocation.maxExecutors", Integer.MAX_VALUE);
      return executors == Integer.MAX_VALUE
          ? OptionalLong.empty()
          : OptionalLong.of(executors * coresOfExecutor);
    }
    if (conf.contains("spark.cores.max")) {
      return OptionalLong.of(conf.getInt("spark.cores.max", 1));
    }
    // A standalone cluster gives an application all its cores.
    return context.master().startsWith("spark://")
        ? OptionalLong.empty()
        : OptionalLong.of(
            conf.getInt("spark.executor.instances", USUAL_EXECUTORS) * coresOfExecutor);
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
    return causes(e)
        .filter(BulkOperationException.class::isInstance)
        .map(BulkOperationException.class::cast)
        .findFirst()
        .orElseGet(
            () -> {
              Throwable reason = causes(e).reduce((outer, inner) -> inner).orElse(e);
              return new BulkOperationException("A task on Spark failed: " + reason, e);
            });
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
