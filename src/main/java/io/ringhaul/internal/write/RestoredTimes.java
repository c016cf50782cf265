package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How an import restores the write times and TTLs of its source.
 *
 * @param ignored whether they are ignored
 * @param names the names of their columns in the source
 * @param readAt when the TTLs were read, for rows without that column
 */
public record RestoredTimes(boolean ignored, CellTimeNames names, Optional<Instant> readAt) {

  /** Restored, with the time of reading from each row. */
  public static final RestoredTimes DEFAULT =
      new RestoredTimes(false, CellTimeNames.DEFAULT, Optional.empty());

  public RestoredTimes leftAside() {
    return new RestoredTimes(true, names, readAt);
  }

  public RestoredTimes named(CellTimeNames newNames) {
    return new RestoredTimes(ignored, newNames, readAt);
  }

  public RestoredTimes readAt(Instant moment) {
    return new RestoredTimes(ignored, names, Optional.of(moment));
  }

  /**
   * The table with the columns of times that a source may have after the table's own columns.
   *
   * @param stored the schema of the source; used only if times are ignored, under any name
   */
  public TableDescription extend(TableDescription table, Supplier<Optional<TableSchema>> stored) {
    Map<String, ColumnDescription> columns = new LinkedHashMap<>();
    table.columns().forEach(column -> columns.put(column.name(), column));
    for (ColumnDescription column : table.columns()) {
      if (CellTimeTypes.haveTimes(column)) {
        add(columns, names.writetimeOf(column.name()), CellTimeTypes.writetime(column.type()));
        add(columns, names.ttlOf(column.name()), CellTimeTypes.ttl(column.type()));
      }
    }
    add(columns, names.readAt(), DataTypes.TIMESTAMP);
    if (ignored) {
      stored
          .get()
          .map(StoredTimes::in)
          .orElse(List.of())
          .forEach(column -> columns.putIfAbsent(column.name(), column));
    }
    return new TableDescription(
        table.keyspace(), table.name(), new ArrayList<>(columns.values()), table.descending());
  }

  /** Whether rows of these columns have times to restore. */
  public boolean areIn(List<ColumnDescription> columns) {
    return !ignored && TimedColumn.of(names, columns).stream().anyMatch(TimedColumn::isTimed);
  }

  private static void add(Map<String, ColumnDescription> columns, String name, DataType type) {
    columns.putIfAbsent(name, new ColumnDescription(name, type, Kind.METADATA));
  }

  /** The columns of write times and TTLs in a source's schema, under any name. */
  static final class StoredTimes {

    private StoredTimes() {}

    static List<ColumnDescription> in(TableSchema schema) {
      return schema.columns().stream()
          .filter(column -> column.kind() == Kind.METADATA)
          .flatMap(
              column ->
                  type(column.type())
                      .map(type -> new ColumnDescription(column.name(), type, Kind.METADATA))
                      .stream())
          .toList();
    }

    /** A type of {@link CellTimeTypes}, or the type of the time of reading. */
    private static Optional<DataType> type(String text) {
      int fields = text.split(",", -1).length;
      Stream<DataType> times =
          Stream.of(DataTypes.BIGINT, DataTypes.INT)
              .flatMap(
                  time ->
                      Stream.of(
                          time,
                          DataTypes.listOf(time),
                          DataTypes.tupleOf(
                              Collections.nCopies(fields, time).toArray(new DataType[0]))));
      return Stream.concat(times, Stream.of(DataTypes.TIMESTAMP))
          .filter(type -> CqlTypes.text(type).equals(text))
          .findFirst();
    }
  }
}
