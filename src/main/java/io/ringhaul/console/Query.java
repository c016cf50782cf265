package io.ringhaul.console;

import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads query parameters. An empty value counts as missing; an invalid one fails the request. */
final class Query {

  static final String JOB = "job";

  /** The largest length of a value in characters. */
  private static final int LONGEST = 1_000;

  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  private Query() {}

  /** Refuses requests with parameters that the call does not have or that occur twice. */
  static void requireKnown(Context context, List<String> known) {
    Map<String, List<String>> values;
    try {
      values = context.queryParamMap();
    } catch (RuntimeException e) {
      throw new BadRequestResponse("The charset of the content type is invalid");
    }
    values.forEach(
        (name, all) -> {
          if (!known.contains(name)) {
            throw new BadRequestResponse(
                "Unknown parameter '"
                    + name
                    + "'"
                    + (known.isEmpty() ? "" : "; the parameters are " + String.join(", ", known)));
          }
          if (all.size() > 1) {
            throw new BadRequestResponse("The parameter " + name + " occurs more than once");
          }
          if (all.stream().anyMatch(value -> value.length() > LONGEST)) {
            throw new BadRequestResponse(
                "The value of " + name + " has more than " + LONGEST + " characters");
          }
        });
    // Javalin leaves out names and values that it cannot decode.
    String query = context.queryString();
    int decoded = values.values().stream().mapToInt(List::size).sum();
    if (query != null && !query.isEmpty() && decoded < query.split("&", -1).length) {
      throw new BadRequestResponse("The query is not URL-encoded: '" + query + "'");
    }
  }

  static Optional<String> text(Context context, String name) {
    return find(context, name, "a text", value -> value);
  }

  static Optional<Instant> time(Context context, String name) {
    return find(context, name, "a time such as 2026-01-31T10:00:00Z", Instant::parse);
  }

  static int whole(Context context, String name, int least, int most, int fallback) {
    String form = "a whole number from " + least + " to " + most;
    return find(
            context,
            name,
            form,
            value -> {
              int number = Integer.parseInt(value);
              if (number < least || number > most) {
                throw new IllegalArgumentException(form);
              }
              return number;
            })
        .orElse(fallback);
  }

  static Optional<Boolean> flag(Context context, String name) {
    return find(
        context,
        name,
        "true or false",
        value ->
            switch (value) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException(value);
            });
  }

  /** Reads one or more constants, separated by commas. */
  static <E extends Enum<E>> Optional<List<E>> constants(
      Context context, String name, Class<E> type) {
    String names =
        String.join(", ", Arrays.stream(type.getEnumConstants()).map(Enum::name).toList());
    return find(
        context,
        name,
        "one of " + names,
        value ->
            Arrays.stream(value.split(",", -1))
                .map(each -> Enum.valueOf(type, each.strip().toUpperCase(Locale.ROOT)))
                .toList());
  }

  static Optional<UUID> findJob(Context context) {
    return text(context, JOB).map(Query::jobId);
  }

  static UUID job(Context context) {
    return findJob(context)
        .orElseThrow(() -> new BadRequestResponse("The parameter job is missing"));
  }

  /** Parses a job id of a request. */
  static UUID jobId(String text) {
    if (!UUID_FORM.matcher(text).matches()) {
      throw new BadRequestResponse("'" + text + "' is not the id of a job");
    }
    return UUID.fromString(text);
  }

  private static <T> Optional<T> find(
      Context context, String name, String form, Function<String, T> parser) {
    String value = context.queryParam(name);
    if (value == null || value.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(value));
    } catch (RuntimeException e) {
      throw new BadRequestResponse("'" + value + "' of " + name + " is not " + form);
    }
  }
}
