package io.ringhaul.console;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * An API call. The resource {@code openapi.json} describes the calls.
 *
 * @param method such as {@code GET}
 * @param path the path template with variables in braces
 * @param parameters the query parameters
 * @param hasBody true if the call reads a body
 * @param handler executes the call
 */
record Route(
    String method,
    String path,
    List<QueryParameter<?>> parameters,
    boolean hasBody,
    Function<Call, Reply> handler) {

  /** Returns a route that only reads. */
  static Route get(String path, Function<Call, Reply> handler) {
    return change("GET", path, handler);
  }

  /** Returns a route that changes something. */
  static Route change(String method, String path, Function<Call, Reply> handler) {
    return new Route(method, path, List.of(), false, handler);
  }

  /** Returns this route with query parameters. */
  Route taking(QueryParameter<?>... more) {
    return new Route(method, path, Arrays.asList(more), hasBody, handler);
  }

  /** Returns this route with a body. */
  Route reading() {
    return new Route(method, path, parameters, true, handler);
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
