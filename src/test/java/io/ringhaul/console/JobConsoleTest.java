package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.jobstore.Checkpoint;
import io.ringhaul.internal.jobstore.JobRequest;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStatus;
import io.ringhaul.job.JobStore;
import io.ringhaul.job.TuningEntry;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API calls of the console. */
class JobConsoleTest {

  @TempDir private Path folder;

  private final RecordingLauncher launcher = new RecordingLauncher();
  private JobStore store;
  private JobConsole console;
  private ConsoleClient client;

  @BeforeEach
  void start() {
    store = JobStore.file(folder.resolve("jobs.db"));
    console = JobConsole.over(store).launcher(launcher).start();
    client = new ConsoleClient(console.uri());
  }

  @AfterEach
  void stop() {
    console.close();
    store.close();
  }

  @Test
  void leavesThePortWhereItDoesNotStart() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    JobStore foreign =
        (JobStore)
            Proxy.newProxyInstance(
                JobStore.class.getClassLoader(),
                new Class<?>[] {JobStore.class},
                (proxy, method, arguments) -> method.invoke(store, arguments));
    assertThatThrownBy(() -> JobConsole.over(foreign).port(port).start())
        .isInstanceOf(InvalidSettingException.class);
    JobConsole.over(store).port(port).start().close();
  }

  @Test
  void closeKeepsTheInterruptOfItsCaller() {
    Thread.currentThread().interrupt();
    console.close();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void listsJobsInPages() {
    Job first = StoredExamples.pending(store, "export one");
    StoredExamples.pending(store, "export two");
    store.requestStop(first.id());
    JsonNode all = client.get("/api/batch-jobs").body();
    assertThat(all.path("total").asInt()).isEqualTo(2);
    assertThat(names(all)).containsExactly("export two", "export one");
    JsonNode second = client.get("/api/batch-jobs?offset=1&limit=1").body();
    assertThat(names(second)).containsExactly("export one");
    assertThat(second.path("offset").asInt()).isEqualTo(1);
    assertThat(second.path("limit").asInt()).isEqualTo(1);
    assertThat(names(client.get("/api/batch-jobs?status=stopped,FAILED").body()))
        .containsExactly("export one");
    assertThat(names(client.get("/api/batch-jobs?q=TWO").body())).containsExactly("export two");
    assertThat(names(client.get("/api/batch-jobs?q=team%3Ddata&offset=2147483647").body()))
        .isEmpty();
  }

  private static List<String> names(JsonNode list) {
    return StreamSupport.stream(list.path("items").spliterator(), false)
        .map(item -> item.path("name").asText())
        .toList();
  }

  @Test
  void showsRunningJob() {
    try (JobRun run = StoredExamples.running(store, "nightly")) {
      UUID id = run.job().id();
      StoredExamples.measured(store, id);
      JsonNode job = client.get("/api/batch-jobs/" + id).body();
      assertThat(job.path("status").asText()).isEqualTo("RUNNING");
      assertThat(job.path("alive").asBoolean()).isTrue();
      assertThat(job.path("labels").path("team").asText()).isEqualTo("data");
      assertThat(job.path("created").asText()).matches("\\d{4}-.*T.*\\.\\d{3}Z");
      assertThat(job.path("completed").isNull()).isTrue();
      assertThat(job.path("figures").toString())
          .isEqualTo(
              "{\"partitions\":12,\"done\":2,\"failed\":1,\"rows\":300,\"rejectedRows\":1,"
                  + "\"totalRows\":null}");
      assertThat(job.path("owner").path("pid").asLong()).isEqualTo(ProcessHandle.current().pid());
      JsonNode live = job.path("live");
      assertThat(live.path("rows").asLong()).isEqualTo(300);
      assertThat(live.path("inFlight").asLong()).isEqualTo(7);
      assertThat(live.path("phase").asText()).isEqualTo("running");
      assertThat(live.path("completed").asDouble()).isCloseTo(0.3, within(1e-9));
      assertThat(live.path("estimatedTotalRows").asLong()).isEqualTo(1_000);
      assertThat(live.path("meanLatencyMillis").asDouble()).isEqualTo(7.5);
      assertThat(live.path("remainingSeconds").asDouble()).isEqualTo(7);
      assertThat(live.path("unansweredSeconds").asDouble()).isEqualTo(4);
      assertThat(live.path("stages").toString())
          .isEqualTo(
              "[{\"name\":\"decode\",\"seconds\":3.0,\"share\":0.25},"
                  + "{\"name\":\"write\",\"seconds\":9.0,\"share\":0.75}]");
      assertThat(live.path("nodes").get(0).path("node").asText()).isEqualTo("127.0.0.1:9042");
      assertThat(live.path("settings").toString()).isEqualTo("{\"inFlight\":16}");
      assertThat(live.path("bottleneck").path("kind").asText()).isEqualTo("SERVER_OVERLOAD");
      assertThat(live.path("limitedBy").toString())
          .isEqualTo(
              "{\"kind\":\"rows_per_second\",\"share\":0.9,\"value\":1000,"
                  + "\"text\":\"your limit of 1,000 rows/s\","
                  + "\"parameter\":\"maxRowsPerSecond\"}");
      assertThat(live.path("health").toString())
          .isEqualTo(
              "{\"state\":\"slowed\",\"text\":\"The node answers late\",\"sinceSeconds\":2.0}");
      assertThat(live.path("pause").isNull()).isTrue();
      assertThat(job.path("result").isNull()).isTrue();
      JsonNode brief = client.get("/api/batch-jobs").body().path("items").get(0).path("live");
      assertThat(brief.path("limitedBy")).isEqualTo(live.path("limitedBy"));
      assertThat(brief.path("health")).isEqualTo(live.path("health"));
      assertThat(brief.path("stages")).isEmpty();
      run.stopped();
    }
  }

  @Test
  void showsTheTotalRowsOfACompletedJob() {
    try (JobRun run = StoredExamples.running(store, "nightly")) {
      run.begun(2);
      for (int i = 4; i < StoredExamples.PARTITIONS; i++) {
        run.begun(i);
      }
      for (int i = 2; i < StoredExamples.PARTITIONS; i++) {
        run.done(new Checkpoint(i, 10, 100, 0, List.of("c" + i), 0));
      }
      run.completed();
      JsonNode figures = client.get("/api/batch-jobs/" + run.job().id()).body().path("figures");
      assertThat(figures.path("rows").asLong()).isEqualTo(400);
      assertThat(figures.path("rejectedRows").asLong()).isEqualTo(1);
      assertThat(figures.path("totalRows").asLong()).isEqualTo(401);
    }
  }

  @Test
  void showsPartitions() {
    try (JobRun run = StoredExamples.running(store, "nightly")) {
      String path = "/api/batch-jobs/" + run.job().id() + "/partitions";
      JsonNode all = client.get(path + "?limit=10000").body();
      assertThat(all.path("items")).hasSize(StoredExamples.PARTITIONS);
      JsonNode done = client.get(path + "?status=DONE&offset=1").body();
      assertThat(done.path("total").asInt()).isEqualTo(2);
      JsonNode second = done.path("items").get(0);
      assertThat(second.path("id").asText()).isEqualTo(run.job().id() + ":1");
      assertThat(second.path("rows").asLong()).isEqualTo(200);
      assertThat(second.path("tokens").get(0).get(0).isTextual()).isTrue();
      assertThat(second.path("begun").asText()).endsWith("Z");
      assertThat(second.path("ended").asText()).endsWith("Z");
      JsonNode begun = client.get(path + "?status=RUNNING").body().path("items").get(0);
      assertThat(begun.path("begun").asText()).endsWith("Z");
      assertThat(begun.path("ended").isNull()).isTrue();
      JsonNode one = client.get("/api/batch-partitions/" + run.job().id() + ":2").body();
      assertThat(one.path("status").asText()).isEqualTo("FAILED");
      assertThat(one.path("error").asText()).isEqualTo("the node is away");
      assertThat(client.get("/api/batch-partitions/" + run.job().id() + ":12").status())
          .isEqualTo(404);
      run.stopped();
    }
  }

  @Test
  void showsCompletedShareOfRunningTasks() {
    try (JobRun run = StoredExamples.running(store, "nightly")) {
      run.begun(4);
      Instant now = Instant.now();
      List<Metric> shares =
          List.of(share(3, now, 0.25), share(3, now.plusMillis(1), 0.50049), share(0, now, 0.9));
      JobTelemetry.of(store).add(run.job().id(), MetricKind.PERFORMANCE, shares);
      String path = "/api/batch-jobs/" + run.job().id() + "/partitions";
      JsonNode partitions = client.get(path).body().path("items");
      assertThat(partitions.get(0).path("completed").isNull()).as("it is done").isTrue();
      assertThat(partitions.get(3).path("completed").asDouble()).isEqualTo(0.5);
      assertThat(partitions.get(4).path("completed").isNull()).as("it is unknown").isTrue();
      run.stopped();
    }
  }

  private static Metric share(int partition, Instant time, double share) {
    return new Metric(
        time, "task", "completed", share, OptionalInt.of(partition), Optional.empty());
  }

  @Test
  void tellsTimeSpentInRuns() {
    UUID id;
    try (JobRun run = StoredExamples.running(store, "nightly")) {
      id = run.job().id();
      run.stopped();
    }
    Job stopped = store.find(id).orElseThrow();
    try (JobRun run = JobRuns.of(store).begin(id)) {
      JsonNode job = client.get("/api/batch-jobs/" + id).body();
      assertThat(job.path("started").asText()).isEqualTo(Times.textOrNull(stopped.started()));
      assertThat(job.path("runStarted").asText())
          .isEqualTo(Times.textOrNull(run.job().runStarted()));
      assertThat(job.path("runSeconds").asDouble()).isEqualTo(stopped.runTime().toMillis() / 1e3);
      for (int i = 2; i < StoredExamples.PARTITIONS; i++) {
        run.begun(i);
        run.done(new Checkpoint(i, 100, 1_000, 0, List.of(), 0));
      }
      run.completed();
      JsonNode done = client.get("/api/batch-jobs/" + id).body();
      Job completed = store.find(id).orElseThrow();
      assertThat(done.at("/result/rowsPerSecond").asDouble() * completed.runTime().toMillis() / 1e3)
          .isCloseTo((double) completed.figures().rows(), within(1e-6));
    }
  }

  @Test
  void listTellsWhatLimitedCompletedJobs() {
    UUID completed;
    try (JobRun run = StoredExamples.running(store, "nightly")) {
      completed = run.job().id();
      StoredExamples.measured(store, completed);
      assertThat(client.get("/api/batch-jobs").body().at("/items/0/result").isNull()).isTrue();
      for (int i = 2; i < StoredExamples.PARTITIONS; i++) {
        run.begun(i);
        run.done(new Checkpoint(i, 100, 1_000, 0, List.of(), 0));
      }
      run.completed();
    }
    StoredExamples.pending(store, "another");
    JsonNode jobs = client.get("/api/batch-jobs").body().path("items");
    assertThat(jobs.get(0).path("result").isNull()).isTrue();
    assertThat(jobs.get(1).path("id").asText()).isEqualTo(completed.toString());
    JsonNode limit = jobs.get(1).at("/result/limitedBy");
    assertThat(limit.path("kind").asText()).isEqualTo("cluster");
    assertThat(limit.path("share").asDouble()).isEqualTo(0.8);
    assertThat(limit)
        .isEqualTo(client.get("/api/batch-jobs/" + completed).body().at("/result/limitedBy"));
  }

  @Test
  void createsAndStartsJobs() {
    ConsoleClient.Answer made =
        client.call(
            "POST",
            "/api/batch-jobs",
            "{\"command\":[\"export\",\"ks.t\"],\"name\":\"n\",\"labels\":{\"a\":\"b\"},"
                + "\"start\":true}");
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.body().path("status").asText()).isEqualTo("PENDING");
    assertThat(launcher.calls()).containsExactly("start n");
    assertThat(store.find(UUID.fromString(made.body().path("id").asText())).orElseThrow().labels())
        .containsExactly(Map.entry("a", "b"));
    assertRefused("POST", "/api/batch-jobs", "{\"command\":[\"import\"]}", 400, "begins with");
    assertRefused("POST", "/api/batch-jobs", "{\"command\":[]}", 400, "'command'");
    assertRefused("POST", "/api/batch-jobs", "{\"command\":[null]}", 400, "null");
    assertRefused("POST", "/api/batch-jobs", "{\"command\":{}}", 400, "'command' must be a list");
    assertRefused(
        "POST",
        "/api/batch-jobs",
        "{\"comand\":[]}",
        400,
        "'comand' in the body; the properties are command");
    assertRefused("POST", "/api/batch-jobs", "{\"start\":\"yes\"}", 400, "true or false");
    assertRefused("POST", "/api/batch-jobs", "[]", 400, "one JSON object");
    assertRefused("POST", "/api/batch-jobs", "{\"name\":", 400, "invalid JSON at line 1");
    assertRefused("POST", "/api/batch-jobs", "{\"a\":".repeat(1_500), 400, "nested too deeply");
    assertRefused(
        "POST",
        "/api/batch-jobs",
        "{\"a\":" + "9".repeat(1_500) + "}",
        400,
        "number or name that is too long");
    assertRefused("POST", "/api/batch-jobs", "null", 400, "null");
    assertThat(store.list()).hasSize(1);
  }

  @Test
  void changesNameDescriptionAndLabels() {
    Job job = StoredExamples.pending(store, "old");
    String path = "/api/batch-jobs/" + job.id();
    JsonNode changed = client.call("PUT", path, "{\"name\":\"new\",\"labels\":{}}").body();
    assertThat(changed.path("name").asText()).isEqualTo("new");
    Job now = store.find(job.id()).orElseThrow();
    assertThat(now.name()).isEqualTo("new");
    assertThat(now.description()).isEqualTo("each night");
    assertThat(now.labels()).isEmpty();
    assertThat(now.definition()).isEqualTo(job.definition());
    assertRefused("PUT", path, "{\"name\":\" \"}", 400, "1 to 200");
    assertRefused("PUT", path, "{\"name\":\"a\\u0000b\"}", 400, "name");
  }

  @Test
  void stopsRestartsAndDeletesJobs() {
    try (JobRun run = StoredExamples.running(store, "busy")) {
      String path = "/api/batch-jobs/" + run.job().id();
      assertRefused("POST", path + "/start", "", 409, "stop it first");
      assertRefused("POST", path + "/restart", "", 409, "stop it first");
      assertRefused("DELETE", path, "", 409, "stop it first");
      assertRefused(
          "POST", "/api/batch-partitions/" + run.job().id() + ":0/retry", "", 409, "stop it first");
      ConsoleClient.Answer stopped = client.call("POST", path + "/stop", "");
      assertThat(stopped.status()).isEqualTo(202);
      assertThat(stopped.body().path("status").asText()).isEqualTo("STOPPING");
      assertThat(run.beat()).isTrue();
      run.stopped();
      assertRefused("POST", path + "/stop", "", 409, "is not running (it is STOPPED)");
      assertThat(client.call("POST", path + "/restart", "").status()).isEqualTo(202);
      assertThat(client.call("POST", path + "/start", "").status()).isEqualTo(202);
      String options = "{\"options\":[\"--max-disk=20g\"]}";
      assertThat(client.call("POST", path + "/start", options).status()).isEqualTo(202);
      assertThat(store.find(run.job().id()).orElseThrow().definition().command())
          .contains("--max-disk=20g");
      assertRefused("POST", path + "/start", "{\"options\":[null]}", 400, "null");
      ConsoleClient.Answer retried =
          client.call("POST", "/api/batch-partitions/" + run.job().id() + ":0/retry", "");
      assertThat(retried.status()).isEqualTo(202);
      assertThat(retried.body().path("status").asText()).isEqualTo("PENDING");
      assertThat(store.find(run.job().id()).orElseThrow().figures().done()).isEqualTo(1);
      assertThat(client.call("DELETE", path, "").status()).isEqualTo(204);
      assertThat(store.list()).isEmpty();
      assertThat(launcher.calls())
          .containsExactly(
              "cancel busy",
              "cancel busy",
              "require busy",
              "restart busy",
              "require busy",
              "start busy",
              "require busy",
              "change busy [--max-disk=20g]",
              "start busy",
              "require busy",
              "require busy",
              "start busy",
              "discard busy");
      assertRefused("DELETE", path, "", 404, "There is no job");
    }
  }

  @Test
  void refusesToRunJobsWithoutLauncher() {
    Job job = StoredExamples.pending(store, "mine");
    try (JobConsole watching = JobConsole.over(store).start()) {
      ConsoleClient other = new ConsoleClient(watching.uri());
      ConsoleClient.Answer refused =
          other.call("POST", "/api/batch-jobs/" + job.id() + "/start", "");
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.error()).contains("run the job with the program that created it");
      assertThat(other.call("POST", "/api/batch-jobs/" + job.id() + "/stop", "").status())
          .isEqualTo(202);
    }
    assertThat(store.find(job.id()).orElseThrow().status()).isEqualTo(JobStatus.STOPPED);
  }

  @Test
  void showsMetrics() {
    try (JobRun run = StoredExamples.running(store, "nightly")) {
      UUID id = run.job().id();
      StoredExamples.measured(store, id);
      JsonNode series =
          client
              .get("/api/performance-metrics?job=" + id + "&component=job&name=rows")
              .body()
              .path("series");
      assertThat(series).hasSize(1);
      assertThat(series.get(0).path("partition").isNull()).isTrue();
      assertThat(series.get(0).path("points")).hasSize(3);
      assertThat(series.get(0).path("points").get(2).get(1).asDouble()).isEqualTo(300);
      assertThat(series.get(0).path("points").get(2).get(0).asLong())
          .isBetween(Instant.now().minusSeconds(10).toEpochMilli(), Instant.now().toEpochMilli());
      assertThat(
              client
                  .get("/api/performance-metrics?job=" + id + "&until=2026-01-01T00:00:00Z")
                  .body()
                  .path("series"))
          .isEmpty();
      JsonNode summary = client.get("/api/performance-metrics/summary?job=" + id).body();
      assertThat(summary.path("seconds").asDouble()).isEqualTo(2);
      assertThat(summary.path("limitedBy").asText()).isEqualTo("the cluster");
      assertThat(summary.path("stages")).hasSize(2);
      assertThat(summary.path("meanLatencyMillis").asDouble()).isEqualTo(7.5);
      JsonNode usage = client.get("/api/resource-usage/summary?job=" + id).body();
      assertThat(usage.path("series").toString())
          .contains(
              "{\"component\":\"process\",\"name\":\"cpu_share\",\"count\":3,\"min\":0.25,"
                  + "\"mean\":0.5,\"max\":0.75,\"last\":0.75}");
      assertThat(client.get("/api/resource-usage?job=" + id).body().path("series")).hasSize(2);
      JsonNode constraint =
          client.get("/api/resource-usage/constraints?job=" + id).body().path("constraints").get(0);
      assertThat(constraint.toString())
          .isEqualTo(
              "{\"name\":\"maxRowsPerSecond\",\"value\":\"1000\",\"usage\":100.0,\"limit\":1000.0,"
                  + "\"holding\":true}");
      assertThat(
              client
                  .get("/api/performance-metrics/bottlenecks?open=true&job=" + id)
                  .body()
                  .path("items"))
          .hasSize(1);
      assertThat(
              client
                  .get("/api/performance-metrics/bottlenecks?open=false&job=" + id)
                  .body()
                  .path("items"))
          .isEmpty();
      assertThat(client.get("/metrics").http().body())
          .contains("# TYPE ringhaul_job_rows_total counter\n")
          .contains("ringhaul_job_rows_total{job_id=\"" + id + "\",job_name=\"nightly\"} 300.0\n")
          .contains(",node=\"127.0.0.1:9042\"} 12.5\n");
      run.stopped();
    }
    assertRefused("GET", "/api/performance-metrics", "", 400, "job is missing");
    assertRefused("GET", "/api/performance-metrics?job=x", "", 400, "not the id");
    assertRefused(
        "GET", "/api/performance-metrics?job=" + UUID.randomUUID(), "", 404, "There is no job");
  }

  @Test
  void requestsParameterChanges() {
    try (JobRun run = StoredExamples.running(store, "nightly")) {
      UUID id = run.job().id();
      StoredExamples.measured(store, id);
      JsonNode advice =
          client.get("/api/tuning/recommendations?job=" + id).body().path("items").get(0);
      assertThat(advice.path("applicable").asBoolean()).isTrue();
      assertThat(advice.path("current").asLong()).isEqualTo(16);
      assertThat(advice.path("proposed").asLong()).isEqualTo(8);
      ConsoleClient.Answer applied =
          client.call(
              "POST",
              "/api/tuning/apply",
              "{\"job\":\"" + id + "\",\"recommendation\":" + advice.path("id") + "}");
      assertThat(applied.status()).isEqualTo(202);
      assertThat(applied.body().path("state").asText()).isEqualTo("REQUESTED");
      assertThat(applied.body().path("old").asLong()).isEqualTo(16);
      assertThat(applied.body().path("new").asLong()).isEqualTo(8);
      JobRequest request = JobTelemetry.of(store).take(id).get(0);
      assertThat(request.kind()).isEqualTo(JobRequest.Kind.TUNE);
      assertThat(Json.tree(request.body()))
          .isEqualTo(Json.tree("{\"parameter\":\"inFlight\",\"value\":8}"));
      assertThat(applied.body().path("id").asText()).isEqualTo(request.id());
      assertThat(client.get("/api/tuning/history?job=" + id).body().path("items").get(0))
          .isEqualTo(applied.body());
      JobTelemetry.of(store)
          .put(
              id,
              new TuningEntry(
                  "advice",
                  Instant.now(),
                  "inFlight",
                  16,
                  32,
                  "There is room.",
                  Optional.empty(),
                  TuningEntry.State.ADVISED));
      assertThat(client.get("/api/tuning/recommendations?job=" + id).body().path("total").asInt())
          .isEqualTo(2);
      String begin = "{\"job\":\"" + id + "\",";
      assertRefused(
          "POST", "/api/tuning/apply", begin + "\"parameter\":\"x\",\"value\":2}", 400, "inFlight");
      assertRefused(
          "POST",
          "/api/tuning/apply",
          begin + "\"parameter\":\"pageRows\",\"value\":2}",
          400,
          "has no parameter 'pageRows'");
      for (int value : List.of(0, -1)) {
        assertRefused(
            "POST",
            "/api/tuning/apply",
            begin + "\"parameter\":\"inFlight\",\"value\":" + value + "}",
            400,
            "from 1");
      }
      assertRefused(
          "POST",
          "/api/tuning/apply",
          begin + "\"parameter\":\"inFlight\",\"value\":2.5}",
          400,
          "whole number");
      assertRefused("POST", "/api/tuning/apply", begin + "\"value\":2}", 400, "either");
      assertRefused("POST", "/api/tuning/apply", begin + "\"recommendation\":\"no\"}", 404, "'no'");
      run.stopped();
      assertRefused(
          "POST",
          "/api/tuning/apply",
          begin + "\"parameter\":\"inFlight\",\"value\":2}",
          409,
          "is not running");
      assertRefused(
          "POST",
          "/api/tuning/apply",
          begin + "\"parameter\":\"inflight\",\"value\":2}",
          400,
          "Unknown parameter 'inflight'; the parameters are inFlight, pageBytes");
    }
  }

  @Test
  void refusesToChangeParametersOfTasksInOtherProcesses() {
    try (JobRun run = StoredExamples.running(store, "on Spark")) {
      UUID id = run.job().id();
      JobTelemetry.of(store)
          .add(id, MetricKind.PERFORMANCE, List.of(Metric.of(Instant.now(), "job", "rows", 1)));
      assertRefused(
          "POST",
          "/api/tuning/apply",
          "{\"job\":\"" + id + "\",\"parameter\":\"maxRowsPerSecond\",\"value\":2}",
          400,
          "can change while it runs: tasks on Spark keep the values with which they start");
      assertThat(JobTelemetry.of(store).take(id)).isEmpty();
      assertThat(JobTelemetry.of(store).tuning(id)).isEmpty();
      run.stopped();
    }
  }

  @Test
  void requestsProfile() {
    try (JobRun run = StoredExamples.running(store, "nightly")) {
      UUID id = run.job().id();
      String path = "/api/batch-jobs/" + id + "/profile";
      ConsoleClient.Answer before = client.get(path);
      assertThat(before.status()).isEqualTo(200);
      assertThat(before.body().path("state").asText()).isEqualTo("NONE");
      ConsoleClient.Answer asked = client.call("POST", path, "{\"seconds\":5}");
      assertThat(asked.status()).isEqualTo(202);
      JobRequest request = JobTelemetry.of(store).take(id).get(0);
      assertThat(request.kind()).isEqualTo(JobRequest.Kind.PROFILE);
      assertThat(request.body()).isEqualTo("{\"seconds\":5}");
      assertThat(client.get(path).body()).isEqualTo(asked.body());
      assertThat(asked.body().path("state").asText()).isEqualTo("REQUESTED");
      for (int seconds : List.of(0, 61)) {
        assertRefused("POST", path, "{\"seconds\":" + seconds + "}", 400, "number from 1 to 60");
      }
      assertRefused("POST", path, "", 415, "application/json");
      run.stopped();
      assertRefused("POST", path, "{}", 409, "is not running");
    }
  }

  @Test
  void answersEachMethod() {
    ConsoleClient.Answer options = client.call("OPTIONS", "/api/batch-jobs", "");
    assertThat(options.status()).isEqualTo(204);
    assertThat(options.http().headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS, POST");
    ConsoleClient.Answer head = client.call("HEAD", "/api/batch-jobs", "");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.http().body()).isEmpty();
    assertThat(head.http().headers().firstValueAsLong("Content-Length").orElse(0))
        .isEqualTo(client.get("/api/batch-jobs").http().body().length());
    assertThat(client.call("HEAD", "/api/events", "").status()).isEqualTo(200);
    ConsoleClient.Answer patch = client.call("PATCH", "/api/batch-jobs", "{}");
    assertThat(patch.status()).isEqualTo(405);
    assertThat(patch.http().headers().firstValue("Allow")).contains("GET, HEAD, OPTIONS, POST");
    assertRefused("GET", "/api/batch-jobs/", "", 400, "not the id");
    assertRefused("GET", "/api/nothing", "", 404, "openapi.json");
    assertRefused("GET", "/api/batch-jobs?limit=1001", "", 400, "1 to 1000");
    assertRefused("GET", "/api/batch-jobs?limit=1&limit=2", "", 400, "occurs more than once");
    assertRefused("GET", "/api/batch-jobs?limt=1", "", 400, "the parameters are status, q");
    assertRefused("GET", "/api/batch-jobs?status=DONE", "", 400, "not one of PENDING");
  }

  @Test
  void servesPage() {
    ConsoleClient.Answer page = client.stranger("GET", "/", "");
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.http().headers().firstValue("Content-Type"))
        .contains("text/html; charset=utf-8");
    assertThat(page.http().body()).contains("<script").doesNotContain("https://");
    ConsoleClient.Answer script = client.stranger("GET", "/assets/main.js", "");
    assertThat(script.http().headers().firstValue("Content-Type"))
        .contains("text/javascript; charset=utf-8");
    assertRefused("POST", "/assets/main.js", "{}", 405, "GET, HEAD");
    JsonNode session = client.stranger("GET", "/api/session", "").body();
    assertThat(session.path("token").asText()).isEqualTo("open");
    assertThat(session.path("authorized").asBoolean()).isFalse();
    assertThat(session.path("store").asText()).endsWith("jobs.db");
    assertThat(client.get("/api/session").body().path("authorized").asBoolean()).isTrue();
  }

  @Test
  void pageLoadsFewFilesThatBrowsersKeep() {
    String page = client.stranger("GET", "/", "").http().body();
    List<String> files =
        Pattern.compile("(?:src|href)=\"(assets[^\"]+)\"")
            .matcher(page)
            .results()
            .map(each -> each.group(1))
            .toList();
    assertThat(files)
        .hasSize(4)
        .allMatch(each -> each.matches("assets/[0-9a-f]{16}/[a-z-]+\\.(?:js|css|svg)"));
    for (String file : files) {
      ConsoleClient.Answer answer = client.stranger("GET", "/" + file, "");
      assertThat(answer.status()).as(file).isEqualTo(200);
      assertThat(answer.http().headers().allValues("Cache-Control"))
          .containsExactly("public, max-age=31536000, immutable");
      assertThat(answer.http().body()).doesNotContainPattern("(?m)^(?:import|export)\\b");
    }
  }

  @Test
  void refusesInvalidSettings() {
    assertThatThrownBy(() -> JobConsole.over(store).port(65_536))
        .isInstanceOf(InvalidSettingException.class);
    assertThatThrownBy(() -> JobConsole.over(store).token("short"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageNotContaining("short");
    assertThatThrownBy(() -> JobConsole.over(store).port(console.uri().getPort()).start())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("choose another port");
  }

  private void assertRefused(String method, String path, String body, int status, String words) {
    ConsoleClient.Answer answer = client.call(method, path, body);
    assertThat(answer.status()).as("%s %s: %s", method, path, answer.body()).isEqualTo(status);
    assertThat(answer.error()).contains(words);
    assertThat(answer.body().path("status").asInt()).isEqualTo(status);
  }
}
