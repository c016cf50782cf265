package io.ringhaul.parquet;

import io.ringhaul.cql.TableSchema;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.files.InputFormat;
import io.ringhaul.files.Manifest;
import io.ringhaul.files.SourceFile;
import io.ringhaul.files.SourceLayout;
import io.ringhaul.format.RowReader;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.types.Types.NestedField;

/** Parquet files as part files. */
final class ParquetInputFormat implements InputFormat {

  @Override
  public String name() {
    return ParquetOutputFormat.NAME;
  }

  @Override
  public Set<String> extensions() {
    return Set.of("parquet");
  }

  @Override
  public boolean compressesItself() {
    return true;
  }

  @Override
  public Optional<TableSchema> schema(List<SourceFile> files) throws IOException {
    return ParquetFooter.of(files.get(0)).stored();
  }

  @Override
  public SourceLayout layout(
      TableDescription table, Optional<Manifest> manifest, List<SourceFile> files)
      throws IOException {
    Set<String> columns = new LinkedHashSet<>();
    Map<String, String> problems = new HashMap<>();
    // The files of one export are alike; those of others need not be.
    for (SourceFile file : manifest.isPresent() ? files.subList(0, 1) : files) {
      ParquetFooter footer = ParquetFooter.of(file);
      columns.addAll(footer.columns());
      for (ColumnDescription column : table.columns()) {
        problem(footer, column)
            .ifPresent(problem -> problems.putIfAbsent(column.name(), file + ": " + problem));
      }
    }
    return new SourceLayout(List.copyOf(columns), Map.of(), problems);
  }

  private static Optional<String> problem(ParquetFooter footer, ColumnDescription column) {
    String name = column.name();
    NestedField field = footer.schema().asStruct().field(name);
    if (field != null) {
      return IcebergCompatibility.importProblem(column.type(), field.type());
    }
    String unreadable = footer.unreadable().get(name);
    if (unreadable != null) {
      return Optional.of(unreadable);
    }
    return column.isPrimaryKey() ? Optional.of("there is no such column") : Optional.empty();
  }

  @Override
  public boolean isSplittable(SourceFile file) {
    return true; // a row group belongs to the range that its middle lies in
  }

  @Override
  public RowReader open(
      Map<String, String> properties, List<ColumnDescription> columns, SourceFile file)
      throws IOException {
    ParquetFooter footer = ParquetFooter.of(file);
    for (ColumnDescription column : columns) {
      Optional<String> problem = problem(footer, column);
      if (problem.isPresent()) {
        throw new StorageException(
            file.toString(),
            String.format(
                "The file %s does not fit: column %s: %s", file, column.name(), problem.get()),
            null);
      }
    }
    return new ParquetRowReader(file, footer, columns);
  }
}
