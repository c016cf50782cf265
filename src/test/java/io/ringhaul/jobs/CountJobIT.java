package io.ringhaul.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.CountRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.console.ConsoleClient;
import io.ringhaul.console.JobConsole;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A count can be a job. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CountJobIT {

  private static final int ROWS = 500;

  private final UUID id = UUID.randomUUID();
  private String keyspace = "";

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY)");
    AsyncWrites.writeRows(
        TestCluster.session(),
        "INSERT INTO " + keyspace + ".t (id) VALUES (?)",
        ROWS,
        i -> new Object[] {i});
  }

  private CountRequest count(TokenAwareBulkOperator operator, JobOptions options) {
    return operator.count(keyspace, "t").taskCount(8).jobId(id).job(options);
  }

  @Test
  void keepsItsResult() {
    try (JobStore store = JobStore.inMemory();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      assertThat(count(operator, JobOptions.in(store)).execute().rows()).isEqualTo(ROWS);
      Job job = store.find(id).orElseThrow();
      assertThat(job.kind()).isEqualTo(JobKind.COUNT);
      assertThat(job.status()).isEqualTo(JobStatus.COMPLETED);
      assertThat(job.name()).isEqualTo("count " + keyspace + ".t");
      assertThat(job.figures().rows()).isEqualTo(ROWS);
      TestCluster.session().execute("DELETE FROM " + keyspace + ".t WHERE id = 0");
      assertThat(count(operator, JobOptions.in(store).resuming()).execute().rows()).isEqualTo(ROWS);
      TestCluster.session().execute("INSERT INTO " + keyspace + ".t (id) VALUES (0)");
    }
  }

  @Test
  void stopsWhileItWaitsForTheRateLimit() {
    try (JobStore store = JobStore.inMemory();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      AtomicReference<Instant> asked = new AtomicReference<>();
      CountRequest waiting =
          count(operator, JobOptions.in(store))
              .parallelism(1)
              .taskCount(1)
              .maxRowsPerSecond(1)
              .onSample(
                  sample -> {
                    if (asked.compareAndSet(null, Instant.now())) {
                      store.requestStop(id);
                    }
                  });
      assertThatThrownBy(waiting::execute).isInstanceOf(JobStoppedException.class);
      // The rows of one range take half a minute.
      assertThat(Duration.between(asked.get(), Instant.now())).isLessThan(Duration.ofSeconds(10));
      assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.STOPPED);
    }
  }

  @Test
  void showsItsCompletedShareWhileItRuns() throws Exception {
    try (JobStore store = JobStore.inMemory();
        JobConsole console = JobConsole.over(store).start();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      CompletableFuture<?> count =
          count(operator, JobOptions.in(store)).maxRowsPerSecond(100).executeAsync();
      ConsoleClient client = new ConsoleClient(console.uri());
      List<Double> shares = new ArrayList<>();
      while (!count.isDone()) {
        Thread.sleep(200);
        JsonNode partition =
            client.get("/api/batch-jobs/" + id + "/partitions").body().at("/items/0");
        if (partition.path("status").asText().equals("RUNNING")
            && partition.path("completed").isNumber()) {
          shares.add(partition.path("completed").asDouble());
        }
      }
      assertThat(count).succeedsWithin(Duration.ZERO);
      assertThat(shares)
          .isSorted()
          .anyMatch(share -> share > 0.2)
          .allMatch(share -> share >= 0 && share <= 1);
    }
  }

  /** The rows of a stopped run are counted again. */
  @Test
  void meanRateIsThatOfItsLastRun() {
    try (JobStore store = JobStore.inMemory();
        JobConsole console = JobConsole.over(store).start();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      AtomicInteger samples = new AtomicInteger();
      CountRequest stopped =
          count(operator, JobOptions.in(store))
              .maxRowsPerSecond(50)
              .onSample(
                  sample -> {
                    if (samples.incrementAndGet() == 4) {
                      store.requestStop(id);
                    }
                  });
      assertThatThrownBy(stopped::execute).isInstanceOf(JobStoppedException.class);
      assertThat(store.find(id).orElseThrow().rowsPerSecond()).isEmpty();
      count(operator, JobOptions.in(store).resuming()).maxRowsPerSecond(200).execute();
      Job job = store.find(id).orElseThrow();
      double rate = job.rowsPerSecond().orElseThrow();
      assertThat(rate).isCloseTo(ROWS / lastRunSeconds(job), within(1.0));
      assertThat(rate).isGreaterThan(ROWS / (job.runTime().toMillis() / 1e3) * 1.2);
      JsonNode shown = new ConsoleClient(console.uri()).get("/api/batch-jobs/" + id).body();
      assertThat(shown.at("/result/rowsPerSecond").asDouble()).isEqualTo(rate);
    }
  }

  private static double lastRunSeconds(Job job) {
    return Duration.between(job.runStarted().orElseThrow(), job.completed().orElseThrow())
            .toMillis()
        / 1e3;
  }

  @Test
  void beginsAnewAfterAStop() {
    try (JobStore store = JobStore.inMemory();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      AtomicBoolean asked = new AtomicBoolean();
      CountRequest stopped =
          count(operator, JobOptions.in(store))
              .parallelism(1)
              .taskCount(20_000)
              .onSample(
                  sample -> {
                    if (!asked.getAndSet(true)) {
                      store.requestStop(id);
                    }
                  });
      assertThatThrownBy(stopped::execute)
          .isInstanceOf(JobStoppedException.class)
          .hasMessageContaining("A resumed count begins anew");
      assertThat(store.find(id).orElseThrow().status()).isEqualTo(JobStatus.STOPPED);
      assertThat(count(operator, JobOptions.in(store).resuming()).execute().rows()).isEqualTo(ROWS);
    }
  }
}
