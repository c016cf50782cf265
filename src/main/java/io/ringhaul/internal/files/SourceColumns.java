package io.ringhaul.internal.files;

import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Decides which columns an import reads, and whether they fit the table. */
final class SourceColumns {

  private final String location;
  private final TableDescription table;
  private final Optional<TableSchema> schema;
  private final SourceLayout layout;

  SourceColumns(
      String location, TableDescription table, Optional<TableSchema> schema, SourceLayout layout) {
    this.location = location;
    this.table = table;
    this.schema = schema;
    this.layout = layout;
  }

  /**
   * The columns to read.
   *
   * @param asked those that the user named; empty for all that there are
   * @throws StorageException if the source does not have them, has others besides when none were
   *     named, or has types that the table's columns cannot take
   */
  List<String> select(List<String> asked) {
    List<String> problems = new ArrayList<>();
    List<ColumnDescription> selected = new ArrayList<>();
    Set<String> present = new HashSet<>(layout.columns());
    for (ColumnDescription column : table.select(asked)) {
      if (present.contains(column.name())) {
        selected.add(column);
        typeProblem(column)
            .or(() -> Optional.ofNullable(layout.problems().get(column.name())))
            .ifPresent(problem -> problems.add("column " + column.name() + ": " + problem));
      } else if (!asked.isEmpty() || column.isPrimaryKey()) {
        problems.add("it has no column " + column.name());
      }
    }
    if (asked.isEmpty()) {
      layout.columns().stream()
          .filter(name -> table.column(name).isEmpty())
          .forEach(name -> stray(name, problems));
    }
    if (!problems.isEmpty()) {
      throw new StorageException(
          location,
          String.format("%s does not fit %s: %s", location, table, String.join("; ", problems)),
          null);
    }
    return selected.stream().map(ColumnDescription::name).toList();
  }

  private void stray(String name, List<String> problems) {
    boolean isFact =
        schema
            .flatMap(known -> known.column(name))
            .filter(column -> column.kind() == Kind.METADATA)
            .isPresent();
    problems.add(
        isFact
            ? "its column "
                + name
                + " holds write times or TTLs under a name that is not expected; name them with"
                + " writetimeNames, ttlNames and ttlReadAtName as the export did, or leave them"
                + " aside with "
                + Setting.IGNORE_CELL_TIMES.mark()
            : "its column " + name + " has no place there; select columns to leave it out");
  }

  private Optional<String> typeProblem(ColumnDescription column) {
    return schema.flatMap(
        known -> known.column(column.name()).flatMap(stored -> misfit(known, stored, column)));
  }

  private static Optional<String> misfit(
      TableSchema schema, TableSchema.Column stored, ColumnDescription column) {
    return new StoredTypes(schema).fits(stored.type(), column.type())
        ? Optional.empty()
        : Optional.of(
            String.format(
                "it is a %s there and a %s in the table",
                stored.type(), CqlTypes.text(column.type())));
  }
}
