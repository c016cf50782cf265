package io.ringhaul.internal.batch;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sizes as the server's settings tell them: {@code 5KiB} since Cassandra 4.1, and {@code 5} of a
 * unit that is in the setting's name before.
 */
final class DataSizeText {

  private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})(B|KiB|MiB|GiB)?");

  private DataSizeText() {}

  /**
   * The size in bytes.
   *
   * @param text null if the setting has no value
   * @param unit the bytes that a number without a unit counts
   * @return empty if there is no text or it is no size; at most {@link Long#MAX_VALUE}
   */
  static OptionalLong bytes(@Nullable String text, long unit) {
    if (text == null) {
      return OptionalLong.empty();
    }
    Matcher size = SIZE.matcher(text.strip());
    if (!size.matches()) {
      return OptionalLong.empty();
    }
    long number = Long.parseLong(size.group(1));
    long of = size.group(2) == null ? unit : unitOf(size.group(2));
    return OptionalLong.of(number > Long.MAX_VALUE / of ? Long.MAX_VALUE : number * of);
  }

  private static long unitOf(String symbol) {
    return switch (symbol) {
      case "KiB" -> 1L << 10;
      case "MiB" -> 1L << 20;
      case "GiB" -> 1L << 30;
      default -> 1;
    };
  }
}
