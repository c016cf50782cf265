package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.RowReader;
import io.ringhaul.internal.files.InputFormat;
import io.ringhaul.internal.files.Manifest;
import io.ringhaul.internal.files.SourceFile;
import io.ringhaul.internal.files.SourceLayout;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Files;
import org.apache.iceberg.types.Types.NestedField;

/** Parquet files as part files. */
public final class ParquetInputFormat implements InputFormat {

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
    return footer(files.get(0)).stored();
  }

  @Override
  public SourceLayout layout(
      TableDescription table, Optional<Manifest> manifest, List<SourceFile> files)
      throws IOException {
    Set<String> columns = new LinkedHashSet<>();
    Map<String, String> problems = new HashMap<>();
    // The files of one export are alike; those of others need not be.
    for (SourceFile file : manifest.isPresent() ? files.subList(0, 1) : files) {
      ParquetFooter footer = footer(file);
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
    } else if (footer.nulls().contains(name)) {
      return column.isPrimaryKey()
          ? Optional.of("its Parquet type says that it is null in each row")
          : Optional.empty();
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
    OpenParquetFile content = opened(file);
    try {
      ParquetFooter footer = footer(file, content);
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
      return new ParquetRowReader(file, content, footer, columns);
    } catch (RuntimeException e) {
      content.close();
      throw e;
    }
  }

  private static ParquetFooter footer(SourceFile file) throws IOException {
    try (OpenParquetFile content = opened(file)) {
      return footer(file, content);
    }
  }

  private static ParquetFooter footer(SourceFile file, OpenParquetFile content) {
    try {
      return ParquetFooter.of(content);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw ParquetRowReader.unreadable(file, e);
    }
  }

  private static OpenParquetFile opened(SourceFile file) throws IOException {
    OpenParquetFile content;
    try {
      content = OpenParquetFile.open(Files.localInput(file.path().toFile()));
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw ParquetRowReader.unreadable(file, e);
    }
    if (content.length() != file.size()) {
      content.close();
      throw new StorageException(
          file.toString(),
          String.format(
              "The file %s has %d bytes, and had %d when the import was planned; start a new"
                  + " import",
              file, content.length(), file.size()),
          null);
    }
    return content;
  }
}
