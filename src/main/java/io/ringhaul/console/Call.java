package io.ringhaul.console;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An admitted request.
 *
 * @param path the values of the path template's variables
 * @param query the query parameters by name
 * @param body the body; empty if the route has none
 * @param isAuthorized true if the request has the token
 */
@SuppressWarnings("ArrayRecordComponent") // Calls are never compared.
record Call(
    Map<String, String> path, Map<String, String> query, byte[] body, boolean isAuthorized) {

  /** The largest length of a query parameter's value in characters. */
  private static final int LONGEST = 1_000;

  /**
   * Parses a query.
   *
   * @param raw the undecoded query without the question mark
   * @param known the parameters of the route
   * @throws CallRefusal if a parameter is unknown or given twice
   */
  static Map<String, String> query(@Nullable String raw, List<QueryParameter<?>> known) {
    if (raw == null || raw.isEmpty()) {
      return Map.of();
    }
    Map<String, String> values = new HashMap<>();
    for (String part : raw.split("&", -1)) {
      int equals = part.indexOf('=');
      String name = decoded(equals < 0 ? part : part.substring(0, equals));
      String value = equals < 0 ? "" : decoded(part.substring(equals + 1));
      if (known.stream().noneMatch(each -> each.name().equals(name))) {
        throw CallRefusal.bad(
            "Unknown parameter '"
                + name
                + "'"
                + (known.isEmpty()
                    ? ""
                    : "; the parameters are "
                        + String.join(", ", known.stream().map(QueryParameter::name).toList())));
      }
      if (value.length() > LONGEST) {
        throw CallRefusal.bad("The value of " + name + " has more than " + LONGEST + " characters");
      }
      if (values.put(name, value) != null) {
        throw CallRefusal.bad("The parameter " + name + " occurs more than once");
      }
    }
    return values;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw CallRefusal.bad("The query is not URL-encoded: '" + text + "'");
    }
  }

  /** Returns the value of a parameter or its default. An empty value counts as missing. */
  <T> Optional<T> find(QueryParameter<T> parameter) {
    String value = query.getOrDefault(parameter.name(), "");
    return value.isEmpty() ? parameter.fallback() : Optional.of(parameter.parser().apply(value));
  }

  /**
   * Returns the value of a parameter that is required or has a default.
   *
   * @throws CallRefusal if the parameter is missing
   */
  <T> T value(QueryParameter<T> parameter) {
    return find(parameter)
        .orElseThrow(() -> CallRefusal.bad("The parameter " + parameter.name() + " is missing"));
  }

  /** Returns the job id in the path. */
  UUID jobId() {
    return QueryParameter.idOf(text("id"));
  }

  /** Returns the value of a path variable. */
  String text(String name) {
    return Objects.requireNonNull(path.get(name), name);
  }

  /** Parses the body as the type of the route. */
  <T extends Record> T body(Class<T> type) {
    return Json.read(body, type);
  }
}
