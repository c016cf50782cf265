package io.ringhaul.console;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Generates the OpenAPI description from the routes. */
final class OpenApi {

  private static final Pattern OPEN_PART = Pattern.compile("\\{(\\w+)}");

  private final Schemas schemas = new Schemas();

  private OpenApi() {}

  /**
   * Returns the document as maps and lists.
   *
   * @param version the version of Ringhaul
   */
  static Map<String, Object> of(List<Route> routes, String version) {
    return new OpenApi().document(routes, version);
  }

  private Map<String, Object> document(List<Route> routes, String version) {
    Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
    for (Route route : routes) {
      paths
          .computeIfAbsent(route.path(), path -> new LinkedHashMap<>())
          .put(route.method().toLowerCase(Locale.ROOT), operation(route));
    }
    schemas.of(ErrorView.class);
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("openapi", "3.1.0");
    document.put("info", Map.of("title", "Ringhaul's console", "version", version));
    document.put("paths", paths);
    document.put(
        "components",
        Map.of(
            "schemas",
            schemas.components(),
            "securitySchemes",
            Map.of("token", Map.of("type", "http", "scheme", "bearer"))));
    return document;
  }

  private Map<String, Object> operation(Route route) {
    Map<String, Object> operation = new LinkedHashMap<>();
    operation.put("operationId", operationId(route));
    operation.put("summary", route.summary());
    List<Map<String, Object>> parameters = parameters(route);
    if (!parameters.isEmpty()) {
      operation.put("parameters", parameters);
    }
    route
        .body()
        .ifPresent(
            type ->
                operation.put(
                    "requestBody", Map.of("required", true, "content", content(Json.TYPE, type))));
    operation.put("responses", responses(route));
    // Reading requires the token only if the console is not bound to the loopback address.
    Map<String, Object> token = Map.of("token", List.of());
    operation.put("security", route.changes() ? List.of(token) : List.of(Map.of(), token));
    return operation;
  }

  /** Returns an id such as {@code getApiBatchJobsId}. */
  private static String operationId(Route route) {
    String path =
        Pattern.compile("[^A-Za-z]+([A-Za-z]?)")
            .matcher(route.path())
            .replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
    return route.method().toLowerCase(Locale.ROOT) + path;
  }

  private static List<Map<String, Object>> parameters(Route route) {
    List<Map<String, Object>> parameters = new ArrayList<>();
    OPEN_PART
        .matcher(route.path())
        .results()
        .map((MatchResult part) -> part.group(1))
        .forEach(
            name ->
                parameters.add(
                    Map.of(
                        "name",
                        name,
                        "in",
                        "path",
                        "required",
                        true,
                        "schema",
                        Map.of("type", "string"))));
    for (QueryParameter<?> parameter : route.parameters()) {
      parameters.add(
          Map.of(
              "name",
              parameter.name(),
              "in",
              "query",
              "description",
              parameter.description(),
              "required",
              parameter.need() == QueryParameter.Need.REQUIRED,
              "explode",
              false,
              "schema",
              parameter.schema()));
    }
    return parameters;
  }

  private Map<String, Object> responses(Route route) {
    Route.Answer answer = route.answer();
    Map<String, Object> good = new LinkedHashMap<>();
    good.put("description", answer.status() == 202 ? "The request is stored" : "Success");
    if (!answer.mediaType().isEmpty()) {
      good.put(
          "content",
          answer
              .type()
              .map(type -> content(answer.mediaType(), type))
              .orElseGet(
                  () -> Map.of(answer.mediaType(), Map.of("schema", schemas.of(String.class)))));
    }
    Map<String, Object> responses = new LinkedHashMap<>();
    responses.put(Integer.toString(answer.status()), good);
    responses.put(
        "4XX",
        Map.of(
            "description",
            "The request failed; the body has the reason",
            "content",
            content(Json.TYPE, ErrorView.class)));
    return responses;
  }

  private Map<String, Object> content(String mediaType, Type type) {
    return Map.of(mediaType, Map.of("schema", schemas.of(type)));
  }
}
