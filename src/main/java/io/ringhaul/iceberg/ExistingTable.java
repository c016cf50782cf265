package io.ringhaul.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.parquet.IcebergCompatibility;
import io.ringhaul.schema.ColumnDescription;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types.NestedField;

/** Whether a table that is there can take an export. */
final class ExistingTable {

  private ExistingTable() {}

  /**
   * Checks that every column of the export has its place.
   *
   * @param partitioning what the user asked for; empty to take the table's own
   * @throws StorageException if the table does not fit, with every reason
   */
  static void requireFit(
      Table table, List<ColumnDescription> columns, List<PartitionExpression> partitioning) {
    List<String> problems = new ArrayList<>();
    for (ColumnDescription column : columns) {
      NestedField field = table.schema().asStruct().field(column.name());
      if (field == null) {
        problems.add("it has no column " + column.name());
      } else {
        IcebergCompatibility.exportProblem(column.type(), field.type())
            .ifPresent(problem -> problems.add("column " + column.name() + ": " + problem));
      }
    }
    List<String> exported = columns.stream().map(ColumnDescription::name).toList();
    for (NestedField field : table.schema().columns()) {
      if (field.isRequired() && !exported.contains(field.name())) {
        problems.add("it requires a column " + field.name() + ", which the export does not have");
      }
    }
    if (!partitioning.isEmpty()) {
      PartitionSpec asked = PartitionExpression.bind(partitioning, table.schema());
      if (!asked.compatibleWith(table.spec())) {
        problems.add("it is partitioned by " + table.spec() + ", not by " + asked);
      }
    }
    if (!problems.isEmpty()) {
      throw new StorageException(
          table.name(),
          String.format(
              "The Iceberg table %s does not fit the export: %s. Export to another table, or select"
                  + " the columns that fit",
              table.name(), String.join("; ", problems)),
          null);
    }
  }
}
