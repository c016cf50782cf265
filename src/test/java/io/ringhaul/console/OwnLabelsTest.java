package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ringhaul's own labels are neither shown nor lost. */
class OwnLabelsTest {

  private static final String FILES = "/in/a.csv\n/in/b.csv";
  private static final String MANY_FILES = "/in/a.csv ".repeat(1_000);

  private JobStore store;
  private JobConsole console;
  private ConsoleClient client;
  private Job batch;
  private String path;

  @BeforeEach
  void start() {
    store = JobStore.inMemory();
    console = JobConsole.over(store).launcher(new RecordingLauncher()).start();
    client = new ConsoleClient(console.uri());
    batch =
        Job.pending(
            UUID.randomUUID(),
            "import store.orders",
            "",
            Map.of("team", "data", "ringhaul.follow", "f", "ringhaul.to", FILES),
            JobKind.IMPORT,
            new JobDefinition(
                Map.of("table", "store.orders", "source files", MANY_FILES),
                Map.of(),
                List.of("import", "store.orders")));
    store.create(batch);
    path = "/api/batch-jobs/" + batch.id();
  }

  @AfterEach
  void stop() {
    console.close();
    store.close();
  }

  @Test
  void ownLabelsAreNotShown() {
    JsonNode job = client.get(path).body();
    assertThat(job.path("labels").toString()).isEqualTo("{\"team\":\"data\"}");
    assertThat(job.at("/fingerprint/source files").asText()).isEqualTo(MANY_FILES);
    JsonNode listed = client.get("/api/batch-jobs?q=team%3Ddata").body().at("/items/0");
    assertThat(listed.path("labels")).isEqualTo(job.path("labels"));
    assertThat(listed.path("fingerprint").toString()).isEqualTo("{\"table\":\"store.orders\"}");
    assertThat(client.get("/api/batch-jobs?q=b.csv").body().path("total").asInt()).isZero();
    Event jobs = new JobListWatch(store, new LiveReader(JobTelemetry.of(store))).changes().get(0);
    assertThat(new String(jobs.bytes(), StandardCharsets.UTF_8))
        .contains(batch.id().toString())
        .doesNotContain(".csv");
  }

  @Test
  void ownLabelsSurviveChangeOfUserLabels() {
    ConsoleClient.Answer changed = client.call("PUT", path, "{\"labels\":{\"team\":\"sales\"}}");
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.body().path("labels").toString()).isEqualTo("{\"team\":\"sales\"}");
    assertThat(client.call("PUT", path, "{\"name\":\"orders\"}").status()).isEqualTo(200);
    assertThat(store.find(batch.id()).orElseThrow().labels())
        .isEqualTo(Map.of("team", "sales", "ringhaul.follow", "f", "ringhaul.to", FILES));
  }

  @Test
  void usersCannotSetOwnLabels() {
    String labels = "\"labels\":{\"ringhaul.follow\":\"g\"}}";
    for (ConsoleClient.Answer answer :
        List.of(
            client.call("PUT", path, "{" + labels),
            client.call("POST", "/api/batch-jobs", "{\"command\":[\"export\"]," + labels))) {
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.error()).contains("start with 'ringhaul.'");
    }
    assertThat(store.list()).hasSize(1);
    assertThat(store.find(batch.id()).orElseThrow().labels()).isEqualTo(batch.labels());
  }
}
