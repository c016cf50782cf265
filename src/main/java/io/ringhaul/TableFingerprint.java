package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.ringhaul.cql.CqlTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What must stay the same of a table for a job on it to be resumed, by names for people. */
final class TableFingerprint {

  private TableFingerprint() {}

  /**
   * The table and the columns that the job has of it.
   *
   * @param columns in their order
   */
  static Map<String, String> of(
      CqlSession session, TableDescription table, List<ColumnDescription> columns) {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("table", table.toString());
    // One that was dropped and made again does not have the rows that the job has dealt with.
    session
        .getMetadata()
        .getKeyspace(CqlIdentifier.fromInternal(table.keyspace()))
        .flatMap(keyspace -> keyspace.getTable(CqlIdentifier.fromInternal(table.name())))
        .flatMap(TableMetadata::getId)
        .ifPresent(id -> parts.put("table id", id.toString()));
    parts.put("primary key", text(table.primaryKey()));
    parts.put("columns", text(columns));
    return parts;
  }

  /** {@code id bigint, "Name" text}. */
  private static String text(List<ColumnDescription> columns) {
    return columns.stream()
        .map(
            column ->
                CqlIdentifier.fromInternal(column.name()).asCql(true)
                    + " "
                    + CqlTypes.text(column.type()))
        .collect(Collectors.joining(", "));
  }
}
