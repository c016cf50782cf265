package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableSchema;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The write times and times to live that a source says it holds, whatever it calls them. */
final class StoredTimes {

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

  /** One of the types that {@link CellTimeTypes} gives, or that of the moment of reading. */
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
