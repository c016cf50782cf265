package io.ringhaul.console;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A query parameter.
 *
 * @param fallback the default
 * @param parser parses the value; throws a {@link CallRefusal}
 */
record QueryParameter<T>(String name, Optional<T> fallback, Function<String, T> parser) {

  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  /** Returns a parameter of any text. */
  static QueryParameter<String> text(String name) {
    return optional(name, value -> value);
  }

  /** Returns a parameter of a time, such as {@code 2026-01-31T10:00:00Z}. */
  static QueryParameter<Instant> moment(String name) {
    return optional(
        name,
        value -> {
          try {
            return Instant.parse(value);
          } catch (DateTimeException e) {
            throw CallRefusal.bad(
                "'" + value + "' of " + name + " is not a time such as 2026-01-31T10:00:00Z");
          }
        });
  }

  /** Returns a parameter of a whole number within limits. */
  static QueryParameter<Integer> whole(String name, int least, int most, int fallback) {
    return new QueryParameter<>(
        name,
        Optional.of(fallback),
        value -> {
          try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
              return number;
            }
          } catch (NumberFormatException e) {
            // The message below covers this case.
          }
          throw CallRefusal.bad(
              "'"
                  + value
                  + "' of "
                  + name
                  + " is not a whole number from "
                  + least
                  + " to "
                  + most);
        });
  }

  /** Returns a parameter of {@code true} or {@code false}. */
  static QueryParameter<Boolean> flag(String name) {
    return optional(
        name,
        value ->
            switch (value) {
              case "true" -> true;
              case "false" -> false;
              default ->
                  throw CallRefusal.bad("'" + value + "' of " + name + " is not true or false");
            });
  }

  /** Returns a parameter of one or more constants, separated by commas. */
  static <E extends Enum<E>> QueryParameter<List<E>> oneOf(String name, Class<E> type) {
    List<String> names = Arrays.stream(type.getEnumConstants()).map(Enum::name).toList();
    return optional(
        name,
        value ->
            Arrays.stream(value.split(",", -1))
                .map(each -> each.strip().toUpperCase(Locale.ROOT))
                .map(
                    each -> {
                      if (!names.contains(each)) {
                        throw CallRefusal.bad(
                            "'"
                                + each
                                + "' of "
                                + name
                                + " is not one of "
                                + String.join(", ", names));
                      }
                      return Enum.valueOf(type, each);
                    })
                .toList());
  }

  /** Returns a parameter of a job id. */
  static QueryParameter<UUID> id(String name) {
    return optional(name, QueryParameter::idOf);
  }

  /**
   * Parses a job id.
   *
   * @throws CallRefusal if the text is not an id
   */
  static UUID idOf(String text) {
    if (!UUID_FORM.matcher(text).matches()) {
      throw CallRefusal.bad("'" + text + "' is not the id of a job");
    }
    return UUID.fromString(text);
  }

  private static <T> QueryParameter<T> optional(String name, Function<String, T> parser) {
    return new QueryParameter<>(name, Optional.empty(), parser);
  }
}
