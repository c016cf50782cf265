package io.ringhaul.internal.jobstore;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * Columns of a table that share a checksum. Databases detect damage of their structure, but not of
 * values.
 *
 * @param checksum the column with the checksum
 * @param names the columns, in the order in which the checksum covers them
 */
record CheckedColumns(String checksum, List<String> names) {

  CheckedColumns(String checksum, String names) {
    this(checksum, List.of(names.split(", ", -1)));
  }

  /**
   * Writes the columns into statements.
   *
   * @param called stands for them in braces: {@code {it}} for their names, {@code {:it}} for their
   *     values, {@code {it = :it}} for both
   */
  String into(String statements, String called) {
    return statements
        .replace("{" + called + "}", each("%1$s"))
        .replace("{:" + called + "}", each(":%1$s"))
        .replace("{" + called + " = :" + called + "}", each("%1$s = :%1$s"));
  }

  private String each(String format) {
    return Stream.concat(names.stream(), Stream.of(checksum))
        .map(column -> String.format(Locale.ROOT, format, column))
        .collect(Collectors.joining(", "));
  }

  /**
   * Binds values, which are null, texts or numbers, and their checksum.
   *
   * @param key identifies the row, and is covered by the checksum
   */
  <S extends SqlStatement<S>> S bind(S statement, String key, @Nullable Object... values) {
    CRC32C sum = new CRC32C();
    add(sum, key);
    for (int i = 0; i < names.size(); i++) {
      add(sum, values[i]);
      statement.bind(names.get(i), values[i]);
    }
    return statement.bind(checksum, sum.getValue());
  }

  /**
   * Reads the values of a row.
   *
   * @throws DamagedRecord if they are not what was written
   */
  Values read(ResultSet row, String key) throws SQLException {
    CRC32C sum = new CRC32C();
    add(sum, key);
    @Nullable String[] values = new @Nullable String[names.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.getString(names.get(i));
      add(sum, values[i]);
    }
    if (row.getLong(checksum) != sum.getValue()) {
      throw new DamagedRecord("the record of job " + key + " does not match its checksum");
    }
    return new Values(values);
  }

  /** Adds a value as text, so that no two lists of values are the same bytes. */
  private static void add(CRC32C sum, @Nullable Object value) {
    if (value == null) {
      sum.update('n');
      return;
    }
    byte[] bytes = value.toString().getBytes(StandardCharsets.UTF_8);
    sum.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
    sum.update(bytes);
  }

  /** The values of a row, one after the other. */
  static final class Values {

    private final @Nullable String[] values;
    private int next;

    private Values(@Nullable String[] values) {
      this.values = values;
    }

    @Nullable String textOrNull() {
      return values[next++];
    }

    String text() {
      @Nullable String value = textOrNull();
      if (value == null) {
        throw new DamagedRecord("column " + next + " of a row is null");
      }
      return value;
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
}
