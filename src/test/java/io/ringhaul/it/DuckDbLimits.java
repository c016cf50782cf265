package io.ringhaul.it;

import com.datastax.oss.driver.api.core.type.DataType;
import io.ringhaul.formats.Format;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The {@link TypeCase}s that DuckDB cannot represent, with the substitute that it returns. There
 * are none for Parquet.
 */
final class DuckDbLimits {

  /** The substitute for a value. */
  enum Instead {
    /** DuckDB has no such value, but the text in the file is exact. */
    TEXT_ALONE,
    /** The nearest double. */
    DOUBLE
  }

  /**
   * Values that DuckDB cannot represent.
   *
   * @param formats the formats with this limit
   * @param type the CQL type
   * @param names the names of the cases
   */
  private record Limit(Set<Format> formats, String type, Set<String> names, Instead instead) {

    private boolean isOf(Format format, TypeCase value) {
      return formats.contains(format) && value.type().equals(type) && names.contains(value.name());
    }
  }

  private static final Pattern DECIMAL = Pattern.compile("-?\\d+(\\.\\d+)?(E[+-]?\\d+)?");

  private static final Set<Format> JSON = Set.of(Format.JSON, Format.JSON_ARRAY);

  private static final Set<Format> TEXTS =
      Set.of(Format.CSV, Format.CSV_OF_DSBULK, Format.JSON, Format.JSON_ARRAY);

  private static final List<Limit> ALL =
      List.of(
          // The first and the last day of CQL, in the years -5877641 and +5881580. DuckDB does
          // not parse these dates; the last one is its infinity.
          new Limit(TEXTS, "date", Set.of("00000000", "ffffffff"), Instead.TEXT_ALONE),
          // In the years -290308 and +294247. DuckDB parses no sign before a year of more than
          // four digits, and its first timestamp is later than the first of the two.
          new Limit(
              TEXTS,
              "timestamp",
              Set.of("ffdf3b645a1cac09", "0020c49ba5e353f7"),
              Instead.TEXT_ALONE),
          // DuckDB reads each fractional JSON number as a double. Decimals beyond the range of a
          // double are strings in the file and are read exactly.
          new Limit(
              JSON,
              "decimal",
              Set.of(
                  "0.00",
                  "0E+5",
                  "1.10",
                  "-1E+10",
                  "12345678901234567890... of 61",
                  "1E-2147483647",
                  "-9999999999999999999... of 406"),
              Instead.DOUBLE),
          new Limit(
              JSON,
              "map<frozen<tuple<int, text>>, frozen<list<decimal>>>",
              Set.of("nested keys"),
              Instead.DOUBLE));

  private DuckDbLimits() {}

  /** Returns the substitute for the value in the format; empty if DuckDB represents the value. */
  static Optional<Instead> find(Format format, TypeCase value) {
    return ALL.stream().filter(limit -> limit.isOf(format, value)).map(Limit::instead).findAny();
  }

  /** Returns the number of limited values over all formats. */
  static int count() {
    return ALL.stream().mapToInt(limit -> limit.formats.size() * limit.names.size()).sum();
  }

  /** Returns true if DuckDB's type lacks some values of the CQL type. */
  static boolean isDoubtful(DataType type) {
    return ALL.stream()
        .anyMatch(
            limit ->
                limit.type.equals(type.asCql(false, false)) && limit.instead == Instead.TEXT_ALONE);
  }

  /** Replaces each decimal with the nearest double, also in lists. */
  static @Nullable Object withDoubles(@Nullable Object value) {
    if (value instanceof List<?> parts) {
      return parts.stream().map(DuckDbLimits::withDoubles).collect(Collectors.toList());
    } else if (value instanceof String text && DECIMAL.matcher(text).matches()) {
      return String.valueOf(new BigDecimal(text).doubleValue());
    }
    return value;
  }
}
