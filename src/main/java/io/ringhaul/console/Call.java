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
 * A request that was let in.
 *
 * @param path the values of the parts of its path that a template leaves open
 * @param query the values of its query, by name
 * @param body its body; empty where the route takes none
 * @param isAuthorized whether it has the token
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares calls.
record Call(
    Map<String, String> path, Map<String, String> query, byte[] body, boolean isAuthorized) {

  /** The longest text of a query's value that makes sense. */
  private static final int LONGEST = 1_000;

  /**
   * The values of a query.
   *
   * @param raw as it came, without the question mark
   * @param known the parameters that the route takes
   * @throws CallRefusal if it has others, or one of them twice
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
            "There is no parameter '"
                + name
                + "' here"
                + (known.isEmpty()
                    ? ""
                    : "; there are "
                        + String.join(", ", known.stream().map(QueryParameter::name).toList())));
      }
      if (value.length() > LONGEST) {
        throw CallRefusal.bad("The value of " + name + " has more than " + LONGEST + " characters");
      }
      if (values.put(name, value) != null) {
        throw CallRefusal.bad("The parameter " + name + " is given twice");
      }
    }
    return values;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw CallRefusal.bad("The query is not encoded as a URL is: '" + text + "'");
    }
  }

  /**
   * The value of a parameter, if it is given or has one for that case. An empty one counts as none.
   */
  <T> Optional<T> find(QueryParameter<T> parameter) {
    String value = query.getOrDefault(parameter.name(), "");
    return value.isEmpty() ? parameter.fallback() : Optional.of(parameter.parser().apply(value));
  }

  /**
   * The value of a parameter that is required or has a value of its own.
   *
   * @throws CallRefusal if it is missing
   */
  <T> T value(QueryParameter<T> parameter) {
    return find(parameter)
        .orElseThrow(() -> CallRefusal.bad("The parameter " + parameter.name() + " is missing"));
  }

  /** The job that the path names. */
  UUID jobId() {
    return QueryParameter.idOf(text("id"));
  }

  /** A part of the path. */
  String text(String name) {
    return Objects.requireNonNull(path.get(name), name);
  }

  /** The body, which is of the type that the route takes. */
  <T extends Record> T body(Class<T> type) {
    return Json.read(body, type);
  }
}
