package io.ringhaul.bottlenecks;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import io.ringhaul.ImportRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cluster.Topology;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStore;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.LimitingFactor;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Bottlenecks that leave the shared cluster intact; {@link BottleneckFaults} causes the others. */
@ClusterTest
@Topology
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BottleneckIT {

  private static final int ROWS = 4_000;

  /** Number of samples for a baseline: five of warm-up, five more, and a reserve. */
  private static final int ALONE = 13;

  private final CqlSession session = TestCluster.session();
  private String keyspace = "";

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(3);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v int)",
            "CREATE TABLE " + keyspace + ".clone (id int PRIMARY KEY, v int)"));
    AsyncWrites.writeRows(
        session,
        "INSERT INTO " + keyspace + ".t (id, v) VALUES (?, ?)",
        ROWS,
        i -> new Object[] {i, -i});
  }

  /** The target writes in its own threads, as the file formats do, to a slow medium. */
  @Test
  void detectsSlowDisk(@TempDir Path folder) throws Exception {
    Bottlenecks bottlenecks = new Bottlenecks();
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      CompletableFuture<?> export =
          operator
              .export(keyspace, "t")
              .to(BurdenedTarget.onSlowDisk(folder, 20))
              .parallelism(4)
              .onBottleneck(bottlenecks)
              .onSample(bottlenecks)
              .executeAsync();
      Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.DISK);
      assertThat(bottleneck.component()).isEqualTo("disk");
      assertThat(bottleneck.evidence().get("writeShare")).isGreaterThan(0.5);
      assertThat(bottleneck.recommendation()).contains("faster disk");
      end(export);
    }
    assertThat(bottlenecks.limitedBy())
        .hasValueSatisfying(
            factor -> assertThat(factor.kind()).isEqualTo(LimitingFactor.Kind.DISK));
  }

  /** The driver accepts two requests and queues two; it rejects all others. */
  @Test
  void detectsServerOverload() throws Exception {
    Bottlenecks bottlenecks = new Bottlenecks();
    try (CqlSession narrow =
            TestCluster.get()
                .newSession(
                    config ->
                        config
                            .withString(
                                DefaultDriverOption.REQUEST_THROTTLER_CLASS,
                                "ConcurrencyLimitingRequestThrottler")
                            .withInt(
                                DefaultDriverOption.REQUEST_THROTTLER_MAX_CONCURRENT_REQUESTS, 2)
                            .withInt(DefaultDriverOption.REQUEST_THROTTLER_MAX_QUEUE_SIZE, 2));
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(narrow)) {
      CompletableFuture<?> count =
          operator
              .count(keyspace, "t")
              .parallelism(64)
              .taskCount(60_000)
              .onBottleneck(bottlenecks)
              .onSample(bottlenecks)
              .executeAsync();
      Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.SERVER_OVERLOAD);
      assertThat(bottleneck.component()).isEqualTo("cluster");
      assertThat(bottleneck.evidence().get("overloads")).isPositive();
      assertThat(bottleneck.evidence().get("inFlightBound")).isLessThan(64);
      end(count);
    }
  }

  @Test
  void detectsLongCollectorPauses() throws Exception {
    Bottlenecks bottlenecks = new Bottlenecks();
    AtomicBoolean ended = new AtomicBoolean();
    List<byte[]> live = new ArrayList<>();
    for (int i = 0; i < 200_000; i++) {
      live.add(new byte[100]);
    }
    Thread collections =
        new Thread(
            () -> {
              while (!ended.get()) {
                System.gc();
                LockSupport.parkNanos(20_000_000);
              }
            });
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      CompletableFuture<?> export =
          operator
              .export(keyspace, "t")
              .to(BurdenedTarget.light())
              .maxRowsPerSecond(ROWS / 20)
              .onBottleneck(bottlenecks)
              .onSample(bottlenecks)
              .executeAsync();
      bottlenecks.awaitSamples(1, sample -> true);
      collections.start();
      Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.CLIENT_MEMORY);
      assertThat(bottleneck.component()).isEqualTo("heap");
      assertThat(bottleneck.evidence().get("gcShare")).isGreaterThan(0.15);
      end(export);
    } finally {
      ended.set(true);
      collections.join();
    }
    assertThat(live).hasSize(200_000);
  }

  @Test
  @Slow
  void detectsContentionOfTwoOperations() throws Exception {
    Bottlenecks one = new Bottlenecks();
    Bottlenecks other = new Bottlenecks();
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      CompletableFuture<?> alone = startCount(operator, one, 2);
      one.awaitSamples(ALONE, sample -> sample.requests() > 0);
      CompletableFuture<?> later = startCount(operator, other, 64);
      Bottleneck bottleneck = one.awaitSoon(BottleneckKind.CONTENTION);
      assertThat(bottleneck.reason()).contains("the count of " + keyspace + ".t");
      assertThat(bottleneck.evidence()).containsEntry("otherJobs", 1.0);
      assertThat(bottleneck.evidence().get("rowsPerSecondAlone")).isPositive();
      // This operation never ran alone, so it has no baseline.
      assertThat(other.all())
          .extracting(Bottleneck::kind)
          .doesNotContain(BottleneckKind.CONTENTION);
      List<CompletableFuture<?>> counts = List.of(alone, later);
      for (CompletableFuture<?> count : counts) {
        end(count);
      }
    }
  }

  private CompletableFuture<?> startCount(
      TokenAwareBulkOperator operator, Bottlenecks bottlenecks, int inFlightPerNode) {
    return operator
        .count(keyspace, "t")
        .taskCount(240_000)
        .parallelism(3 * inFlightPerNode)
        .maxInFlightPerNode(inFlightPerNode)
        .onBottleneck(bottlenecks)
        .onSample(bottlenecks)
        .executeAsync();
  }

  /** The two jobs share only the store file, as two processes do. */
  @Slow
  @Test
  void detectsContentionOfTwoJobsOfOneStore(@TempDir Path folder) throws Exception {
    Path source = folder.resolve("rows.csv.gz");
    write(source, 0, 300_000);
    Path jobs = folder.resolve("jobs.db");
    Bottlenecks bottlenecks = new Bottlenecks();
    try (JobStore store = JobStore.file(jobs);
        JobStore otherStore = JobStore.file(jobs);
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
        TokenAwareBulkOperator otherOperator = TokenAwareBulkOperator.over(session)) {
      CompletableFuture<?> one =
          slowImport(operator, source, 4)
              .job(JobOptions.in(store))
              .onBottleneck(bottlenecks)
              .onSample(bottlenecks)
              .executeAsync();
      bottlenecks.awaitSamples(ALONE, sample -> sample.requests() > 0);
      CompletableFuture<?> other =
          slowImport(otherOperator, source, 128)
              .job(JobOptions.in(otherStore).named("nightly"))
              .executeAsync();
      Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.CONTENTION);
      assertThat(bottleneck.reason()).contains("used by the job \"nightly\"");
      end(one);
      end(other);
    }
  }

  /** An import that waits for the cluster most of the time. */
  private ImportRequest slowImport(TokenAwareBulkOperator operator, Path source, int parallelism) {
    return operator
        .importInto(keyspace, "clone")
        .from(CsvSource.at(source))
        .parallelism(parallelism);
  }

  /** A compressed file cannot be split, and one file is much larger than the others. */
  @Test
  void detectsSkewOfOneFile(@TempDir Path folder) throws Exception {
    write(folder.resolve("large.csv.gz"), 0, 40_000);
    for (int file = 1; file <= 6; file++) {
      write(folder.resolve("small" + file + ".csv.gz"), file * 100_000, 300);
    }
    Bottlenecks bottlenecks = new Bottlenecks();
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      CompletableFuture<?> imported =
          operator
              .importInto(keyspace, "clone")
              .from(CsvSource.at(folder))
              .parallelism(16)
              .maxRowsPerSecond(1_800)
              .onBottleneck(bottlenecks)
              .onSample(bottlenecks)
              .executeAsync();
      // The small files take two seconds; no skew is detected before they are done.
      bottlenecks.awaitSamples(1, sample -> sample.progress().tasksDone() == 6);
      Bottleneck bottleneck = bottlenecks.awaitSoon(BottleneckKind.SKEW);
      assertThat(bottleneck.component()).startsWith("task:");
      assertThat(bottleneck.evidence()).containsEntry("idleWorkers", 1.0);
      assertThat(bottleneck.recommendation()).contains("tasks");
      end(imported);
    }
  }

  private static void write(Path file, int first, int rows) throws IOException {
    try (Writer out =
        new OutputStreamWriter(
            new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
      out.write("id,v\n");
      for (int i = first; i < first + rows; i++) {
        out.write(i + "," + -i + "\n");
      }
    }
  }

  /** Cancels the operation, whose remaining work does not matter. */
  private static void end(CompletableFuture<?> operation) throws InterruptedException {
    operation.cancel(true);
    try {
      operation.get();
    } catch (ExecutionException | CancellationException e) {
      assertThat(operation.isCancelled()).isTrue();
    }
  }
}
