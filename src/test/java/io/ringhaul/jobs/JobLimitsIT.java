package io.ringhaul.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ExportRequest;
import io.ringhaul.ExportResult;
import io.ringhaul.ImportRequest;
import io.ringhaul.ImportResult;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.cluster.ValuesTable;
import io.ringhaul.exceptions.DiskLimitException;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.limits.SetClock;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.Pause;
import io.ringhaul.limits.PauseListener;
import io.ringhaul.limits.ResourceManager;
import io.ringhaul.limits.RunWindow;
import io.ringhaul.monitor.Sample;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Jobs keep to their run window, disk limit and priority, and lose no rows. */
@ClusterTest
@Topology
class JobLimitsIT {

  private static final int ROWS = 6_000;
  private static final int TASKS = 24;

  /** Size of the incompressible values. */
  private static final int VALUE_BYTES = 100;

  /** A third of the size of the rows as CSV, about half of their size as Parquet. */
  private static final long DISK_BYTES = 400 * 1024;

  private static final String INSIDE = "2026-05-05T23:00:00Z";
  private static final String OUTSIDE = "2026-05-06T06:00:00Z";

  private static String keyspace;

  @TempDir private Path folder;

  private final UUID id = UUID.randomUUID();
  private final SetClock clock = new SetClock(INSIDE);
  private final List<Sample> samples = new CopyOnWriteArrayList<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private JobStore store;
  private TokenAwareBulkOperator operator;

  /** The number of the first sample of the first pause without requests; 0 before. */
  private int quiet;

  /** The number of the sample at which the second pause starts; 0 before. */
  private int secondPause;

  @BeforeAll
  static void createTable() {
    keyspace = ValuesTable.create("back", ROWS, JobLimitsIT::value);
  }

  private static String value(int row) {
    byte[] bytes = new byte[VALUE_BYTES];
    new Random(row).nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @BeforeEach
  void open() {
    TestCluster.session().execute("TRUNCATE " + keyspace + ".back");
    store = JobStore.file(folder.resolve("jobs.db"));
    operator =
        TokenAwareBulkOperator.builder(TestCluster.session())
            .resources(ResourceManager.with(clock))
            .build();
  }

  @AfterEach
  void close() {
    operator.close();
    store.close();
  }

  private ExportRequest export(Format format) {
    return operator
        .export(keyspace, "t")
        .to(format.target(folder.resolve("out")))
        .taskCount(TASKS)
        .job(JobOptions.in(store).resuming())
        .jobId(id);
  }

  private ImportRequest load() {
    return operator
        .importInto(keyspace, "back")
        .from(Format.CSV.source(folder.resolve("out")))
        .job(JobOptions.in(store).resuming())
        .jobId(id);
  }

  /**
   * Runs an operation with six seconds of work that pauses, continues, pauses again and is then
   * stopped.
   *
   * @param isFarEnough true when the second pause may start
   */
  private void stopInSecondPause(OperationRequest<?, ?> request, BooleanSupplier isFarEnough) {
    request
        .maxRowsPerSecond(ROWS / 6)
        .runWindow(RunWindow.parse("22:00-05:00 UTC"))
        .onSample(sample -> nextStep(sample, isFarEnough))
        .onPause(
            new PauseListener() {
              @Override
              public void paused(Pause pause) {
                heard.add(pause.reason());
              }

              @Override
              public void resumed(Pause pause) {
                heard.add("goes on");
              }
            });
    assertThatThrownBy(request::execute).isInstanceOf(JobStoppedException.class);
    String reason = "The current time is outside of the run window 22:00-05:00 UTC";
    assertThat(heard).containsExactly(reason, "goes on", reason, "goes on");
    assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.STOPPED);
    // The first seconds of a pause may still have answers to requests in flight.
    assertThat(samples.subList(1, quiet)).isNotEmpty().allMatch(Sample::paused);
    assertThat(samples.subList(quiet, secondPause)).noneMatch(Sample::paused);
    // The store's answer and one more sample follow; after that the operation does not wait for
    // requests in flight.
    assertThat(samples).hasSizeBetween(secondPause + 3, secondPause + 6);
  }

  /**
   * Runs before the limits are evaluated, so that each sample sees the clock of the sample before.
   */
  private void nextStep(Sample sample, BooleanSupplier isFarEnough) {
    samples.add(sample);
    int step = samples.size();
    if (step == 1) {
      clock.set(OUTSIDE);
    } else if (quiet == 0) {
      if (sample.paused() && sample.requests() == 0 && sample.inFlight() == 0) {
        quiet = step;
        assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.RUNNING);
        clock.set(INSIDE);
      }
    } else if (secondPause == 0) {
      if (sample.requests() > 0 && isFarEnough.getAsBoolean()) {
        secondPause = step;
        clock.set(OUTSIDE);
      }
    } else if (step == secondPause + 2) {
      store.requestStop(id);
    }
  }

  private boolean hasRowsDone() {
    return store.find(id).orElseThrow().figures().rows() > 0;
  }

  @Test
  @Slow
  void stopsPausedExport() {
    stopInSecondPause(export(Format.CSV), this::hasRowsDone);
    long done = store.find(id).orElseThrow().figures().rows();
    assertThat(done).isPositive().isLessThan(ROWS);
    clock.set(INSIDE);
    ExportResult result =
        export(Format.CSV).runWindow(RunWindow.parse("22:00-05:00 UTC")).execute();
    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.totals().earlierRows()).isEqualTo(done);
    operator.importInto(keyspace, "back").from(Format.CSV.source(folder.resolve("out"))).execute();
    assertBack();
  }

  @Test
  void stopsPausedImport() {
    operator
        .export(keyspace, "t")
        .to(Format.CSV.target(folder.resolve("out")))
        .taskCount(TASKS)
        .execute();
    // Rows are sent one by one as they are read.
    stopInSecondPause(load().maxBatchStatements(1), () -> true);
    assertThat(store.find(id).orElseThrow().figures().rows()).isLessThan(ROWS);
    clock.set(INSIDE);
    ImportResult result = load().runWindow(RunWindow.parse("22:00-05:00 UTC")).execute();
    assertThat(result.rows()).isEqualTo(ROWS);
    assertBack();
  }

  @Test
  void countWaitsForWindowByRealClock() {
    Instant opens = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.SECONDS);
    LocalTime time = LocalTime.ofInstant(opens, ZoneOffset.UTC);
    RunWindow window =
        new RunWindow(EnumSet.allOf(DayOfWeek.class), time, time.minusSeconds(30), ZoneOffset.UTC);
    try (TokenAwareBulkOperator real = TokenAwareBulkOperator.over(TestCluster.session())) {
      assertThat(real.count(keyspace, "t").runWindow(window).execute().rows()).isEqualTo(ROWS);
    }
    assertThat(Instant.now()).isBetween(opens, opens.plusSeconds(60));
  }

  @Test
  void cancelsPausedCountAtOnce() throws InterruptedException {
    clock.set(OUTSIDE);
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    Thread counting =
        new Thread(
            () -> {
              try {
                operator
                    .count(keyspace, "t")
                    .runWindow(RunWindow.parse("22:00-05:00 UTC"))
                    .onSample(samples::add)
                    .execute();
              } catch (RuntimeException e) {
                failure.complete(e);
              }
            });
    counting.start();
    while (samples.isEmpty()) {
      Thread.sleep(20);
    }
    assertThat(samples.get(0).paused()).isTrue();
    Instant before = Instant.now();
    counting.interrupt();
    assertThat(failure.join()).isInstanceOf(OperationCancelledException.class);
    assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(20));
  }

  @ParameterizedTest
  @EnumSource(
      value = Format.class,
      names = {"ICEBERG", "CSV"})
  void maxDiskBytesCoversAllRunsOfExport(Format format) {
    for (int run = 0; run < 2; run++) {
      assertThatThrownBy(() -> export(format).parallelism(2).maxDiskBytes(DISK_BYTES).execute())
          .isInstanceOfSatisfying(
              DiskLimitException.class, full -> assertThat(full.bytes()).isEqualTo(DISK_BYTES))
          .hasMessageContaining("and maxDiskBytes allows 409,600")
          .hasMessageContaining(
              "Finished tasks are kept: resume job " + id + " with a larger maxDiskBytes");
      assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.FAILED);
      assertThat(bytesOfFiles()).isPositive().isLessThanOrEqualTo(DISK_BYTES);
    }
    long done = store.find(id).orElseThrow().figures().rows();
    assertThat(done).isPositive().isLessThan(ROWS);
    ExportResult result = export(format).maxDiskBytes(10 * DISK_BYTES).execute();
    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.totals().earlierRows()).isEqualTo(done);
    assertThat(result.fileBytes()).isGreaterThan(DISK_BYTES);
    assertThat(store.find(id).orElseThrow().definition().settings())
        .as("the settings of the last run")
        .containsEntry("maxDiskBytes", Long.toString(10 * DISK_BYTES));
  }

  @Test
  void lowPriorityYieldsToHighPriority() {
    List<Integer> low = new ArrayList<>();
    CompletableFuture<Integer> high = new CompletableFuture<>();
    CompletableFuture<?>[] ended = new CompletableFuture<?>[1];
    long rows =
        operator
            .count(keyspace, "t")
            .parallelism(20)
            .taskCount(200)
            .maxRowsPerSecond(ROWS / 8)
            .priority(JobPriority.LOW)
            .onSample(
                sample -> {
                  low.add(sample.inFlightBound());
                  if (low.size() == 1) {
                    ended[0] =
                        operator
                            .count(keyspace, "t")
                            .parallelism(20)
                            .taskCount(200)
                            .maxRowsPerSecond(ROWS / 4)
                            .priority(JobPriority.HIGH)
                            .onSample(mine -> high.complete(mine.inFlightBound()))
                            .executeAsync();
                  } else if (low.contains(5)) {
                    // The last sample is taken after the other job has ended.
                    ended[0].join();
                  }
                })
            .execute()
            .rows();
    assertThat(rows).isEqualTo(ROWS);
    assertThat(high.join()).isEqualTo(20);
    // Alone, beside the other job, and alone again.
    assertThat(low.get(0)).isEqualTo(20);
    assertThat(low).contains(5);
    assertThat(low.get(low.size() - 1)).isEqualTo(20);
  }

  private void assertBack() {
    TreeMap<Integer, String> back = new TreeMap<>();
    for (Row row : TestCluster.session().execute("SELECT id, v FROM " + keyspace + ".back")) {
      back.put(row.getInt(0), row.getString(1));
    }
    assertThat(back).hasSize(ROWS);
    back.forEach((row, v) -> assertThat(v).isEqualTo(value(row)));
  }

  /** Returns the bytes of the export's files, including those before the commit. */
  private long bytesOfFiles() {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches(".*\\.(parquet|csv)(\\.tmp)?"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
