package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.Javalin;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.JobStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** The API description is valid for client generators. */
class OpenApiTest {

  private static final Set<String> METHODS = Set.of("get", "post", "put", "delete");

  @Test
  void describesEachCall() {
    try (JobStore store = JobStore.inMemory();
        JobConsole console = JobConsole.over(store).start()) {
      ConsoleClient client = new ConsoleClient(console.uri());
      JsonNode document = client.get("/api/openapi.json").body();
      assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
      assertThat(names(document.path("paths")))
          .containsExactlyInAnyOrder(
              "/api/batch-jobs",
              "/api/batch-jobs/{id}",
              "/api/batch-jobs/{id}/start",
              "/api/batch-jobs/{id}/stop",
              "/api/batch-jobs/{id}/restart",
              "/api/batch-jobs/{id}/partitions",
              "/api/batch-jobs/{id}/profile",
              "/api/batch-partitions/{id}",
              "/api/batch-partitions/{id}/retry",
              "/api/performance-metrics",
              "/api/performance-metrics/summary",
              "/api/performance-metrics/bottlenecks",
              "/api/resource-usage",
              "/api/resource-usage/summary",
              "/api/resource-usage/constraints",
              "/api/tuning/history",
              "/api/tuning/recommendations",
              "/api/tuning/apply",
              "/api/events",
              "/api/session",
              "/api/openapi.json",
              "/metrics");
      Set<String> operations = new TreeSet<>();
      for (JsonNode path : document.path("paths")) {
        path.properties()
            .forEach(
                operation -> {
                  assertThat(METHODS).contains(operation.getKey());
                  assertThat(operations.add(operation.getValue().path("operationId").asText()))
                      .isTrue();
                  assertOperation(operation.getValue());
                });
      }
      assertReferencesAreThere(document, document);
      JsonNode job = document.at("/components/schemas/Job");
      assertThat(job.at("/properties/status/enum").toString()).contains("\"STOPPING\"");
      assertThat(job.at("/properties/live/anyOf/1/type").asText()).isEqualTo("null");
      assertThat(job.path("required").toString()).contains("\"id\"").doesNotContain("\"live\"");
      assertThat(document.at("/components/schemas/Tuning/properties/new/type").asText())
          .isEqualTo("integer");
    }
  }

  @Test
  void describesRoutes() {
    try (JobStore store = JobStore.inMemory();
        JobConsole console = JobConsole.over(store).start()) {
      JsonNode document = new ConsoleClient(console.uri()).get("/api/openapi.json").body();
      KnownJobs jobs = new KnownJobs(store, Optional.empty());
      LiveReader live = new LiveReader(JobTelemetry.of(store));
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
      Guard guard = new Guard(address, "localhost", Token.random());
      try (Broadcaster broadcaster = new Broadcaster(jobs, live)) {
        Javalin app =
            Javalin.create(
                config ->
                    JobConsole.addCalls(new Api(config.routes), jobs, live, guard, broadcaster));
        // HEAD is answered as GET; a path that ends with a slash lacks its id.
        assertThat(described(document))
            .containsExactlyInAnyOrderElementsOf(
                app.unsafe.internalRouter.allHttpHandlers().stream()
                    .map(each -> each.endpoint)
                    .filter(each -> !each.method.equals(HandlerType.HEAD))
                    .filter(each -> !each.path.endsWith("/"))
                    .map(OpenApiTest::described)
                    .toList());
      }
    }
  }

  /** The method, path, query parameters and body of each described call. */
  private static List<String> described(JsonNode document) {
    List<String> calls = new ArrayList<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation -> {
                          List<String> parameters = new ArrayList<>();
                          for (JsonNode each : operation.getValue().path("parameters")) {
                            if (each.path("in").asText().equals("query")) {
                              parameters.add(each.path("name").asText());
                            }
                          }
                          calls.add(
                              operation.getKey().toUpperCase(Locale.ROOT)
                                  + " "
                                  + path.getKey()
                                  + " "
                                  + parameters
                                  + " "
                                  + operation.getValue().has("requestBody"));
                        }));
    return calls;
  }

  private static String described(Endpoint endpoint) {
    Api.Call call = Objects.requireNonNull(endpoint.metadata(Api.Call.class));
    return endpoint.method.name()
        + " "
        + endpoint.path
        + " "
        + call.parameters()
        + " "
        + call.hasBody();
  }

  @Test
  void describesRecords() {
    Schemas schemas = new Schemas();
    for (Class<?> each :
        List.of(
            JobView.class,
            PartitionView.class,
            ProfileView.class,
            SeriesView.class,
            SummaryView.class,
            SummaryView.Resources.class,
            BottleneckView.class,
            ConstraintsView.class,
            TuningView.class,
            RecommendationView.class,
            SessionView.class,
            ErrorView.class,
            JobCalls.NewJob.class,
            JobCalls.JobWords.class,
            KnownJobs.Changes.class,
            ProfileCalls.NewProfile.class,
            TuningCalls.Change.class)) {
      schemas.of(each);
    }
    try (JobStore store = JobStore.inMemory();
        JobConsole console = JobConsole.over(store).start()) {
      JsonNode document = new ConsoleClient(console.uri()).get("/api/openapi.json").body();
      JsonNode expected = new ObjectMapper().valueToTree(schemas.components());
      assertThat(document.at("/components/schemas")).isEqualTo(expected);
    }
  }

  private static void assertOperation(JsonNode operation) {
    assertThat(operation.path("summary").asText()).isNotBlank();
    assertThat(names(operation.path("responses"))).hasSize(2).contains("4XX");
    for (JsonNode parameter : operation.path("parameters")) {
      assertThat(List.of("path", "query")).contains(parameter.path("in").asText());
      assertThat(parameter.path("schema").path("type").isTextual()).isTrue();
    }
    for (JsonNode response : operation.path("responses")) {
      assertThat(response.path("description").asText()).isNotBlank();
      for (JsonNode content : response.path("content")) {
        assertThat(content.path("schema").isObject()).isTrue();
      }
    }
  }

  private static void assertReferencesAreThere(JsonNode node, JsonNode document) {
    if (node.path("$ref").isTextual()) {
      JsonNode target = document.at(node.path("$ref").asText().substring(1));
      assertThat(target.path("properties")).as(node.toString()).isNotEmpty();
    }
    node.forEach(child -> assertReferencesAreThere(child, document));
  }

  private static List<String> names(JsonNode object) {
    return StreamSupport.stream(((Iterable<String>) object::fieldNames).spliterator(), false)
        .toList();
  }
}
