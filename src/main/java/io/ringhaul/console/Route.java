package io.ringhaul.console;

import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * An API call. The API description is generated from the routes.
 *
 * @param method such as {@code GET}
 * @param path the path template with variables in braces
 * @param summary a sentence for the API description
 * @param parameters the query parameters
 * @param body the type of the body, if any
 * @param answer the successful response
 * @param handler executes the call
 */
record Route(
    String method,
    String path,
    String summary,
    List<QueryParameter<?>> parameters,
    Optional<Class<? extends Record>> body,
    Answer answer,
    Function<Call, Reply> handler) {

  /**
   * A successful response.
   *
   * @param status the HTTP status
   * @param mediaType the media type; empty for no body
   * @param type the type of the schema; empty for text
   */
  record Answer(int status, String mediaType, Optional<Type> type) {}

  static Route get(String path, String summary, Class<?> answer, Function<Call, Reply> handler) {
    return new Route("GET", path, summary, List.of(), Optional.empty(), json(200, answer), handler);
  }

  /** Returns a route that returns a page of a list. */
  static Route list(String path, String summary, Class<?> item, Function<Call, Reply> handler) {
    return new Route(
        "GET",
        path,
        summary,
        List.of(),
        Optional.empty(),
        new Answer(200, Json.TYPE, Optional.of(new Schemas.ListOf(item))),
        handler);
  }

  /** Returns a route that returns text other than JSON. */
  static Route text(String path, String summary, String mediaType, Function<Call, Reply> handler) {
    return new Route(
        "GET",
        path,
        summary,
        List.of(),
        Optional.empty(),
        new Answer(200, mediaType, Optional.empty()),
        handler);
  }

  /** Returns a route that changes something. */
  static Route change(
      String method,
      String path,
      String summary,
      int status,
      Class<?> answer,
      Function<Call, Reply> handler) {
    return new Route(
        method, path, summary, List.of(), Optional.empty(), json(status, answer), handler);
  }

  /** Returns a route that deletes something. */
  static Route delete(String path, String summary, Function<Call, Reply> handler) {
    return new Route(
        "DELETE",
        path,
        summary,
        List.of(),
        Optional.empty(),
        new Answer(204, "", Optional.empty()),
        handler);
  }

  private static Answer json(int status, Class<?> type) {
    return new Answer(status, Json.TYPE, Optional.of(type));
  }

  /** Returns this route with query parameters. */
  Route taking(QueryParameter<?>... more) {
    return new Route(method, path, summary, Arrays.asList(more), body, answer, handler);
  }

  /** Returns this route with a body. */
  Route reading(Class<? extends Record> type) {
    return new Route(method, path, summary, parameters, Optional.of(type), answer, handler);
  }

  boolean changes() {
    return !method.equals("GET");
  }

  /**
   * Returns the path variables if the path matches this route.
   *
   * @param parts the decoded segments of the path
   */
  Optional<Map<String, String>> match(List<String> parts) {
    List<String> template = List.of(path.substring(1).split("/", -1));
    if (template.size() != parts.size()) {
      return Optional.empty();
    }
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      String part = template.get(i);
      if (part.startsWith("{")) {
        values.put(part.substring(1, part.length() - 1), parts.get(i));
      } else if (!part.equals(parts.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(values);
  }
}
