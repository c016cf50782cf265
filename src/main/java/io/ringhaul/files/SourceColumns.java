package io.ringhaul.files;

import io.ringhaul.cql.CqlTypes;
import io.ringhaul.cql.TableSchema;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides which columns an import reads, and whether they fit the table. */
final class SourceColumns {

  private static final Logger LOG = LoggerFactory.getLogger(SourceColumns.class);

  private final String location;
  private final InputFormat format;
  private final TableDescription table;
  private final Optional<Manifest> manifest;
  private final SourceLayout layout;

  SourceColumns(
      String location,
      InputFormat format,
      TableDescription table,
      Optional<Manifest> manifest,
      SourceLayout layout) {
    this.location = location;
    this.format = format;
    this.table = table;
    this.manifest = manifest;
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
    boolean describesNothing = manifest.isPresent() && manifest.get().files().isEmpty();
    for (ColumnDescription column : table.select(asked)) {
      if (present.contains(column.name())) {
        selected.add(column);
        typeProblem(column).ifPresent(problems::add);
      } else if (!describesNothing && (!asked.isEmpty() || column.isPrimaryKey())) {
        problems.add("it has no column " + column.name());
      }
    }
    if (asked.isEmpty()) {
      layout.columns().stream()
          .filter(name -> table.column(name).isEmpty())
          .forEach(name -> stray(name, problems));
    }
    problems.addAll(format.problems(layout, selected));
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
        manifest
            .flatMap(known -> known.schema().column(name))
            .filter(column -> column.kind() == Kind.METADATA)
            .isPresent();
    if (isFact) {
      LOG.warn("{} of {} is not imported: it is no column but a fact about cells", name, location);
    } else {
      problems.add("its column " + name + " has no place there; select columns to leave it out");
    }
  }

  private Optional<String> typeProblem(ColumnDescription column) {
    return manifest
        .map(Manifest::schema)
        .flatMap(
            schema ->
                schema.column(column.name()).flatMap(stored -> misfit(schema, stored, column)));
  }

  private static Optional<String> misfit(
      TableSchema schema, TableSchema.Column stored, ColumnDescription column) {
    return new StoredTypes(schema).fits(stored.type(), column.type())
        ? Optional.empty()
        : Optional.of(
            String.format(
                "column %s is a %s there and a %s in the table",
                column.name(), stored.type(), CqlTypes.text(column.type())));
  }
}
