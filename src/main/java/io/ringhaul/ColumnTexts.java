package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.cql.CqlTypes;
import io.ringhaul.schema.ColumnDescription;
import java.util.List;
import java.util.stream.Collectors;

/** Columns and their types in a text by which two lists of them can be compared. */
final class ColumnTexts {

  private ColumnTexts() {}

  /** {@code id bigint, "Name" text}. */
  static String of(List<ColumnDescription> columns) {
    return columns.stream()
        .map(
            column ->
                CqlIdentifier.fromInternal(column.name()).asCql(true)
                    + " "
                    + CqlTypes.text(column.type()))
        .collect(Collectors.joining(", "));
  }
}
