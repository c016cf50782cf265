package io.ringhaul.console;

import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A call that the console knows. The description of its interface is made of these.
 *
 * @param method such as {@code GET}
 * @param path its template: a part in braces takes any text
 * @param summary a sentence for people
 * @param parameters what its query may have
 * @param body the type of its body, if it takes one
 * @param answer what it answers with when all is well
 * @param handler does it
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
   * What a call answers with.
   *
   * @param status its status
   * @param mediaType the type of its body; empty for none
   * @param type of which the schema is made; empty for text
   */
  record Answer(int status, String mediaType, Optional<Type> type) {}

  static Route get(String path, String summary, Class<?> answer, Function<Call, Reply> handler) {
    return new Route("GET", path, summary, List.of(), Optional.empty(), json(200, answer), handler);
  }

  /** One that answers with a list, a stretch at a time. */
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

  /** One whose answer is no JSON. */
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

  /** One that changes something. */
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

  /** One that removes something. */
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
   * The values of the open parts, if the path is one of this route.
   *
   * @param parts the path's, decoded
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
