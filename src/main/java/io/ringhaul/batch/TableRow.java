package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Values for columns of one row of a table. Immutable; each method gives a new row.
 *
 * <p>A value is what the driver's codecs take for the column: an {@code Integer} for an int, a
 * {@code Map} for a map, a {@code UdtValue} for a user-defined type. A column without a value stays
 * as the table has it; one with the value null is deleted, which writes a tombstone. For a table of
 * counters a value is what is added to the counter.
 */
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

  /** A row of a table, without values; names in CQL form, quoted where they must be. */
  public static TableRow of(String keyspace, String table) {
    return new TableRow(
        CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql(table), Map.of(), null, null);
  }

  /** Returns this row with a value for the column, whose name is in CQL form. */
  public TableRow with(String column, @Nullable Object value) {
    Map<CqlIdentifier, @Nullable Object> more = new LinkedHashMap<>(values);
    more.put(CqlIdentifier.fromCql(column), value);
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
   * @param duration 1 second to 20 years, rounded down to seconds; zero lets them never expire,
   *     whatever the table's default is
   */
  public TableRow ttl(Duration duration) {
    return new TableRow(keyspace, table, values, duration, writeTime);
  }

  /** Returns this row with a write time, to the microsecond. */
  public TableRow writeTime(Instant time) {
    return new TableRow(keyspace, table, values, ttl, time);
  }

  /** Returns this row with the values of these columns only and without its times. */
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

  /** The values by column, in the order in which they were given; unmodifiable. */
  public Map<CqlIdentifier, @Nullable Object> values() {
    return values;
  }

  /** After how long the values expire; empty for the table's default. */
  public Optional<Duration> ttl() {
    return Optional.ofNullable(ttl);
  }

  /** As of when the values are written; empty for now. */
  public Optional<Instant> writeTime() {
    return Optional.ofNullable(writeTime);
  }

  /** The table and the columns; no values, which may be secret. */
  @Override
  public String toString() {
    return keyspace.asCql(true) + "." + table.asCql(true) + values.keySet();
  }
}
