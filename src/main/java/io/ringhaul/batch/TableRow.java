package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.google.errorprone.annotations.CheckReturnValue;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Values for columns of one row of a table. Immutable; each method returns a new row.
 *
 * <p>A value has a Java type that the driver's codecs accept for the column: {@code Integer} for an
 * int, {@code Map} for a map, {@code UdtValue} for a user-defined type. A column without a value is
 * not changed; the value null deletes the column, which writes a tombstone. In a counter table, a
 * value is the increment of the counter.
 */
@CheckReturnValue
public final class TableRow {

  private final CqlIdentifier keyspace;
  private final CqlIdentifier table;
  private final Map<CqlIdentifier, @Nullable Object> values;
  private final @Nullable Duration ttl;
  private final @Nullable Instant writeTime;

  private TableRow(
      CqlIdentifier keyspace,
      CqlIdentifier table,
      Map<CqlIdentifier, @Nullable Object> values,
      @Nullable Duration ttl,
      @Nullable Instant writeTime) {
    this.keyspace = keyspace;
    this.table = table;
    this.values = values;
    this.ttl = ttl;
    this.writeTime = writeTime;
  }

  /** Returns a row of a table without values. Names are in CQL form, quoted if necessary. */
  public static TableRow of(String keyspace, String table) {
    return of(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table));
  }

  /** Returns a row of a table without values. */
  public static TableRow of(CqlIdentifier keyspace, CqlIdentifier table) {
    return new TableRow(
        Objects.requireNonNull(keyspace), Objects.requireNonNull(table), Map.of(), null, null);
  }

  /** Returns this row with a value for the column, whose name is in CQL form. */
  public TableRow with(String column, @Nullable Object value) {
    return with(CqlIdentifier.fromCql(column), value);
  }

  /** Returns this row with a value for the column. */
  public TableRow with(CqlIdentifier column, @Nullable Object value) {
    Map<CqlIdentifier, @Nullable Object> more = new LinkedHashMap<>(values);
    more.put(Objects.requireNonNull(column), value);
    return new TableRow(keyspace, table, Collections.unmodifiableMap(more), ttl, writeTime);
  }

  /** Returns this row with values for these columns, whose names are in CQL form. */
  public TableRow withAll(Map<String, ?> columns) {
    Map<CqlIdentifier, @Nullable Object> more = new LinkedHashMap<>(values);
    columns.forEach((column, value) -> more.put(CqlIdentifier.fromCql(column), value));
    return new TableRow(keyspace, table, Collections.unmodifiableMap(more), ttl, writeTime);
  }

  /**
   * Returns this row with a time to live for its values.
   *
   * @param duration 1 second to 20 years, rounded down to seconds; zero for no expiry, regardless
   *     of the table's default
   */
  public TableRow ttl(Duration duration) {
    return new TableRow(keyspace, table, values, duration, writeTime);
  }

  /** Returns this row with a write time, to the microsecond. */
  public TableRow writeTime(Instant time) {
    return new TableRow(keyspace, table, values, ttl, time);
  }

  /** Returns this row with these columns only, without time to live and write time. */
  public TableRow only(Collection<CqlIdentifier> columns) {
    Map<CqlIdentifier, @Nullable Object> fewer = new LinkedHashMap<>(values);
    fewer.keySet().retainAll(columns);
    return new TableRow(keyspace, table, Collections.unmodifiableMap(fewer), null, null);
  }

  /** The keyspace of the table. */
  public CqlIdentifier keyspace() {
    return keyspace;
  }

  /** The table. */
  public CqlIdentifier table() {
    return table;
  }

  /** The values by column, in insertion order; unmodifiable. */
  public Map<CqlIdentifier, @Nullable Object> values() {
    return values;
  }

  /** The time to live; empty for the table's default. */
  public Optional<Duration> ttl() {
    return Optional.ofNullable(ttl);
  }

  /** The write time; empty for the current time. */
  public Optional<Instant> writeTime() {
    return Optional.ofNullable(writeTime);
  }

  /** Returns the table and the columns without the values, which may be confidential. */
  @Override
  public String toString() {
    return keyspace.asCql(true) + "." + table.asCql(true) + values.keySet();
  }
}
