package io.ringhaul.internal.jobstore;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Columns of a row followed by their checksum. Databases detect damage of their structure, but not
 * of values.
 */
final class CheckedColumns {

  private final @Nullable String[] values;
  private int next;

  private CheckedColumns(@Nullable String[] values) {
    this.values = values;
  }

  /**
   * The columns and their checksum.
   *
   * @param key of the row that they belong to, which the checksum covers as well
   */
  static @Nullable Object[] sealed(String key, @Nullable Object... columns) {
    @Nullable Object[] result = Arrays.copyOf(columns, columns.length + 1);
    result[columns.length] = checksum(key, columns);
    return result;
  }

  /**
   * Reads columns that are followed by their checksum.
   *
   * @param from the number of the first column, from 1
   * @param count how many columns there are, the checksum not counted
   * @throws DamagedRecord if they are not what was written
   */
  static CheckedColumns read(ResultSet row, String key, int from, int count) throws SQLException {
    @Nullable String[] values = new @Nullable String[count];
    for (int i = 0; i < count; i++) {
      values[i] = row.getString(from + i);
    }
    if (row.getLong(from + count) != checksum(key, (@Nullable Object[]) values)) {
      throw new DamagedRecord("the record of job " + key + " does not match its checksum");
    }
    return new CheckedColumns(values);
  }

  /** Several groups of columns as one. */
  static @Nullable Object[] join(@Nullable Object[]... groups) {
    return Arrays.stream(groups).flatMap(Arrays::stream).toArray();
  }

  private static long checksum(String key, @Nullable Object... columns) {
    Checksum sum = new Checksum();
    sum.add(key);
    for (@Nullable Object each : columns) {
      sum.add(each);
    }
    return sum.value();
  }

  /** The next column, which is not null. */
  String text() {
    @Nullable String value = textOrNull();
    if (value == null) {
      throw new DamagedRecord("column " + next + " of a row is null");
    }
    return value;
  }

  @Nullable String textOrNull() {
    return values[next++];
  }

  void skip(int columns) {
    next += columns;
  }

  int integer() {
    return Integer.parseInt(text());
  }

  long number() {
    return Long.parseLong(text());
  }

  Instant moment() {
    return Instant.parse(text());
  }

  @Nullable Instant momentOrNull() {
    return StoredTime.momentOrNull(textOrNull());
  }
}
