package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.CountRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.RunWindow;
import io.ringhaul.limits.TuningMode;
import io.ringhaul.monitor.NodeSample;
import io.ringhaul.monitor.Progress;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import io.ringhaul.monitor.Stage;
import io.ringhaul.monitor.StageSample;
import io.ringhaul.schema.ColumnDescription;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The samples of an operation add up to its totals, and its monitor ends with it. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MonitorIT {

  private static final int ROWS = 4_000;
  private static final int PARALLELISM = 3;

  /** Slow enough that the operation takes more than one sample. */
  private static final long ROWS_PER_SECOND = ROWS / 3;

  /** A time-out that no other request uses. */
  private static final Duration TIMEOUT = Duration.ofSeconds(77);

  private final CqlSession session = TestCluster.session();
  private String keyspace = "";

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(3);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v text)");
    TestCluster.define("CREATE TABLE " + keyspace + ".clone (id int PRIMARY KEY, v text)");
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (id, v) VALUES (?, ?)",
        ROWS,
        i -> new Object[] {i, "value " + i});
  }

  /** Records the samples and the thread that delivers them. */
  private static final class Samples implements SampleListener {
    private final List<Sample> all = new ArrayList<>();
    private @Nullable Thread thread;

    @Override
    public synchronized void sampled(Sample sample) {
      all.add(sample);
      thread = Thread.currentThread();
    }

    void requireEnded() {
      assertThat(all).isNotEmpty();
      Thread monitor = Objects.requireNonNull(thread);
      assertThat(monitor.getName()).isEqualTo("ringhaul-monitor");
      joined(monitor);
      assertThat(monitor.isAlive()).isFalse();
    }

    /** A pool reports termination slightly before its threads end. */
    private static void joined(Thread ended) {
      try {
        ended.join(10_000);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    long rows() {
      return Math.round(
          all.stream().mapToDouble(each -> each.rowsPerSecond() * each.seconds()).sum());
    }

    long requests() {
      return all.stream().mapToLong(Sample::requests).sum();
    }

    long requestsOfNodes() {
      return all.stream()
          .flatMap(each -> each.nodes().stream())
          .map(NodeSample::latency)
          .mapToLong(latency -> latency.count())
          .sum();
    }

    double seconds(Stage stage) {
      return all.stream()
          .flatMap(each -> each.stages().stream())
          .filter(each -> each.stage() == stage)
          .mapToDouble(StageSample::seconds)
          .sum();
    }

    double seconds() {
      return all.stream().mapToDouble(Sample::seconds).sum();
    }

    Sample last() {
      return all.get(all.size() - 1);
    }

    /** Checks the properties of every successful operation. */
    void requireWhole(long rows, int workers) {
      requireEnded();
      assertThat(rows()).isEqualTo(rows);
      assertThat(requests()).isPositive().isEqualTo(requestsOfNodes());
      Progress end = last().progress();
      assertThat(end.rows()).isEqualTo(rows);
      assertThat(end.completed()).isEqualTo(1);
      assertThat(end.tasksDone()).isEqualTo(end.tasks());
      assertThat(last().inFlight()).isZero();
      assertThat(last().tasks()).isEmpty();
      double worked = 0;
      for (Stage stage : Stage.values()) {
        worked += stage == Stage.PLAN ? 0 : seconds(stage);
      }
      assertThat(worked).isPositive().isLessThanOrEqualTo(workers * seconds());
      for (Sample sample : all) {
        assertThat(sample.workerUtilisation()).isBetween(0.0, 1.0);
        assertThat(sample.process().heapUsed()).isPositive();
        assertThat(sample.process().cpuShare()).isBetween(0.0, 1.0);
      }
    }
  }

  @Test
  void samplesOfExportAndImportAddUp(@TempDir Path folder) {
    RecordingSession watch = new RecordingSession(session);
    Samples exported = new Samples();
    Samples imported = new Samples();
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(watch.session())) {
      operator
          .export(keyspace, "t")
          .to(CsvTarget.folder(folder.resolve("t")))
          .parallelism(PARALLELISM)
          .maxRowsPerSecond(ROWS_PER_SECOND)
          .requestTimeout(TIMEOUT)
          .skipPreflight()
          .onSample(exported)
          .execute();
      exported.requireWhole(ROWS, PARALLELISM);
      assertThat(exported.requests()).isEqualTo(sent(watch));
      assertThat(exported.all).hasSizeGreaterThan(1);
      assertThat(
              exported.all.stream()
                  .mapToDouble(each -> each.bytesPerSecond() * each.seconds())
                  .sum())
          .isCloseTo((double) exported.last().progress().bytes(), within(1.0));
      assertThat(exported.all.stream().filter(each -> each.pageRows() > 0)).isNotEmpty();
      assertThat(exported.seconds(Stage.PLAN)).isPositive();
      assertThat(exported.seconds(Stage.WAIT_CLUSTER)).isPositive();
      assertThat(exported.seconds(Stage.ENCODE)).isPositive();
      assertThat(exported.seconds(Stage.WRITE)).isPositive();
      assertThat(exported.seconds(Stage.COMMIT)).isPositive();
      assertThat(exported.seconds(Stage.DECODE)).isZero();
      assertThat(exported.all.stream().flatMap(each -> each.tasks().stream()))
          .isNotEmpty()
          .allSatisfy(task -> assertThat(task.replica()).contains(":"));
      assertThat(exported.last().process().diskFreeBytes()).isPositive();

      operator
          .importInto(keyspace, "clone")
          .from(CsvSource.at(folder.resolve("t")))
          .parallelism(PARALLELISM)
          .requestTimeout(TIMEOUT)
          .skipPreflight()
          .onSample(imported)
          .execute();
      imported.requireWhole(ROWS, PARALLELISM);
      assertThat(imported.requests()).isEqualTo(sent(watch) - exported.requests());
      assertThat(imported.seconds(Stage.DECODE)).isPositive();
      assertThat(imported.seconds(Stage.ENCODE)).isPositive();
      assertThat(imported.seconds(Stage.COMMIT)).isPositive();
      assertThat(imported.all.stream().filter(each -> each.batchStatements() > 0)).isNotEmpty();
    }
  }

  /** Counts the requests of the operation; preflight requests have other time-outs. */
  private static long sent(RecordingSession watch) {
    return watch.sent().stream()
        .map(Statement::getExecutionProfile)
        .filter(Objects::nonNull)
        .filter(each -> TIMEOUT.equals(each.getDuration(DefaultDriverOption.REQUEST_TIMEOUT)))
        .count();
  }

  @Test
  void storeKeepsSamplesOfJob(@TempDir Path folder) {
    UUID id = UUID.randomUUID();
    Samples samples = new Samples();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"));
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .export(keyspace, "t")
          .to(CsvTarget.folder(folder.resolve("t")))
          .job(JobOptions.in(store))
          .jobId(id)
          .onSample(samples)
          .execute();
      List<Metric> performance = JobTelemetry.of(store).latest(id, MetricKind.PERFORMANCE);
      assertThat(performance)
          .contains(Metric.of(time(samples.last()), "job", "rows", ROWS))
          .contains(Metric.of(time(samples.last()), "job", "completed", 1))
          .extracting(Metric::component)
          .contains("stage:encode", "stage:wait_cluster");
      assertThat(performance).filteredOn(each -> each.component().startsWith("node:")).isNotEmpty();
      assertThat(JobTelemetry.of(store).latest(id, MetricKind.RESOURCE))
          .extracting(Metric::component)
          .contains("process", "heap", "gc", "disk", "network");
    }
  }

  @Test
  void operationWithoutMonitoringHasNoSamples(@TempDir Path folder) {
    UUID id = UUID.randomUUID();
    Samples samples = new Samples();
    List<Progress> progress = new ArrayList<>();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"));
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .export(keyspace, "t")
          .to(CsvTarget.folder(folder.resolve("t")))
          .job(JobOptions.in(store))
          .jobId(id)
          .maxRowsPerSecond(ROWS_PER_SECOND)
          .onProgress(progress::add)
          .onSample(samples)
          .withoutMonitoring()
          .execute();
      assertThat(samples.all).isEmpty();
      assertThat(JobTelemetry.of(store).latest(id, MetricKind.PERFORMANCE)).isEmpty();
      assertThat(JobTelemetry.of(store).latest(id, MetricKind.RESOURCE)).isEmpty();
      assertThat(JobTelemetry.of(store).bottlenecks(id)).isEmpty();
      assertThat(JobTelemetry.of(store).tuning(id)).isEmpty();
      assertThat(progress.get(progress.size() - 1).rows()).isEqualTo(ROWS);
    }
  }

  @Test
  void withoutMonitoringExcludesOptionsThatNeedSamples() {
    RunWindow always = RunWindow.parse("00:00-24:00");
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      Map<String, UnaryOperator<CountRequest>> settings =
          Map.of(
              "runWindow", request -> request.runWindow(always),
              "priority", request -> request.priority(JobPriority.HIGH),
              "tuning(ADAPT)", request -> request.tuning(TuningMode.ADAPT));
      settings.forEach(
          (name, setting) ->
              assertThatThrownBy(
                      () ->
                          setting
                              .apply(operator.count(keyspace, "t").withoutMonitoring())
                              .execute())
                  .isInstanceOf(InvalidSettingException.class)
                  .hasMessage(
                      "withoutMonitoring and %1$s exclude each other, because %1$s needs samples;"
                          + " leave one of them out",
                      name));
    }
  }

  /** Truncates to milliseconds as the store does. */
  private static Instant time(Sample sample) {
    return sample.time().truncatedTo(ChronoUnit.MILLIS);
  }

  @Test
  void samplesOfCountAddUp() {
    Samples counted = new Samples();
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThat(operator.count(keyspace, "t").onSample(counted).execute().rows()).isEqualTo(ROWS);
    }
    counted.requireWhole(ROWS, 1);
    assertThat(counted.last().progress().rows()).isEqualTo(ROWS);
  }

  @Test
  void failingListenerDoesNotAffectOperation() {
    Samples after = new Samples();
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      long rows =
          operator
              .count(keyspace, "t")
              .onSample(
                  sample -> {
                    throw new IllegalStateException("a listener that fails on purpose");
                  })
              .onSample(after)
              .execute()
              .rows();
      assertThat(rows).isEqualTo(ROWS);
    }
    after.requireWhole(ROWS, 1);
  }

  @Test
  void monitorEndsWithFailedExport() {
    Samples samples = new Samples();
    TargetSession failing = new MemoryTarget().open();
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThatThrownBy(
              () ->
                  operator
                      .export(keyspace, "t")
                      .to(() -> new FailingCommit(failing))
                      .onSample(samples)
                      .execute())
          .isInstanceOf(BulkOperationException.class);
    }
    samples.requireEnded();
    assertThat(samples.rows()).isEqualTo(ROWS);
  }

  @Test
  void monitorEndsWithCancelledExport() throws Exception {
    Samples samples = new Samples();
    CountDownLatch first = new CountDownLatch(1);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      CompletableFuture<?> running =
          operator
              .export(keyspace, "t")
              .to(new MemoryTarget())
              .maxRowsPerSecond(ROWS / 20)
              .onSample(samples)
              .onSample(sample -> first.countDown())
              .executeAsync();
      first.await();
      running.cancel(true);
    }
    // The operator's close has waited for the operation.
    samples.requireEnded();
    assertThat(samples.rows()).isEqualTo(samples.last().progress().rows()).isLessThan(ROWS);
    assertThat(samples.last().tasks()).isEmpty();
  }

  /** A target session that writes its files and fails at the commit. */
  private record FailingCommit(TargetSession target) implements TargetSession {

    @Override
    public TargetPlan plan(ExportDescription export) {
      return target.plan(export);
    }

    @Override
    public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task) {
      return target.openTask(plan, columns, task);
    }

    @Override
    public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
      throw new BulkOperationException("the target cannot commit, on purpose");
    }

    @Override
    public void close() {
      target.close();
    }
  }
}
