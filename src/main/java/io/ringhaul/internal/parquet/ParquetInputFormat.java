package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.internal.files.InputFormat;
import io.ringhaul.internal.files.Manifest;
import io.ringhaul.internal.files.SourceFile;
import io.ringhaul.internal.files.SourceLayout;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Reads part files in Parquet. */
public final class ParquetInputFormat implements InputFormat {

  /** The names of all columns of the table, if a file has other names for some. */
  private static final String COLUMNS = "columns";

  private static final String SEPARATOR = "\0";

  private final ReadOptions options;

  public ParquetInputFormat(ReadOptions options) {
    this.options = options;
  }

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
  public Optional<TableSchema> derivedSchema(String keyspace, String table, List<SourceFile> files)
      throws IOException {
    DerivedSchema derived = new DerivedSchema(keyspace, table);
    for (SourceFile file : files) {
      derived.add(footer(file));
    }
    return Optional.of(derived.schema());
  }

  @Override
  public SourceLayout layout(
      TableDescription table, Optional<Manifest> manifest, List<SourceFile> files)
      throws IOException {
    Set<String> columns = new LinkedHashSet<>();
    Map<String, String> problems = new HashMap<>();
    List<String> names = table.columns().stream().map(ColumnDescription::name).toList();
    boolean areExact = true;
    // All files of one export have the same schema; files without a manifest may differ.
    for (SourceFile file : manifest.isPresent() ? files.subList(0, 1) : files) {
      ParquetFooter own = footer(file);
      FieldNames matched = FieldNames.match(own.columns(), names);
      ParquetFooter footer = own.named(matched);
      areExact &= matched.areExact();
      footer.columns().stream().filter(name -> !matched.isAmbiguous(name)).forEach(columns::add);
      matched
          .problems()
          .forEach(
              (column, problem) -> {
                columns.add(column);
                problems.putIfAbsent(column, file + ": " + problem);
              });
      for (ColumnDescription column : table.columns()) {
        problem(footer, column)
            .ifPresent(problem -> problems.putIfAbsent(column.name(), file + ": " + problem));
      }
    }
    return new SourceLayout(
        List.copyOf(columns),
        areExact ? Map.of() : Map.of(COLUMNS, String.join(SEPARATOR, names)),
        problems);
  }

  private Optional<String> problem(ParquetFooter footer, ColumnDescription column) {
    String name = column.name();
    NestedField field = footer.schema().asStruct().field(name);
    if (field != null) {
      if (column.isPrimaryKey() && field.type().typeId() == TypeID.UNKNOWN) {
        return Optional.of("its Iceberg type declares that it is null in each row");
      }
      return IcebergCompatibility.importProblem(column, field.type(), options);
    }
    String unreadable = footer.unreadable().get(name);
    if (unreadable != null) {
      return Optional.of(unreadable);
    } else if (footer.nulls().contains(name)) {
      return column.isPrimaryKey()
          ? Optional.of("its Parquet type declares that it is null in each row")
          : Optional.empty();
    }
    return column.isPrimaryKey() ? Optional.of("the file has no such column") : Optional.empty();
  }

  @Override
  public boolean isSplittable(SourceFile file) {
    return true; // a row group belongs to the range that contains its middle
  }

  @Override
  public RowReader open(
      Map<String, String> properties, List<ColumnDescription> columns, SourceFile file)
      throws IOException {
    OpenParquetFile content = opened(file);
    try {
      ParquetFooter own = footer(file, content);
      String names = properties.get(COLUMNS);
      ParquetFooter footer =
          names == null
              ? own
              : own.named(FieldNames.match(own.columns(), List.of(names.split(SEPARATOR, -1))));
      for (ColumnDescription column : columns) {
        Optional<String> problem = problem(footer, column);
        if (problem.isPresent()) {
          throw new StorageException(
              file.toString(),
              String.format(
                  "The file %s does not match the table: column %s: %s",
                  file, column.name(), problem.get()),
              null);
        }
      }
      return new ParquetRowReader(file, content, footer, columns, options);
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
      content = OpenParquetFile.open(file.input());
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw ParquetRowReader.unreadable(file, e);
    }
    if (content.length() != file.size()) {
      content.close();
      throw new StorageException(
          file.toString(),
          String.format(
              "The file %s has %d bytes, but had %d when the import was planned; start a new"
                  + " import",
              file, content.length(), file.size()),
          null);
    }
    return content;
  }

  /** Streams the rows of a Parquet file, or of the row groups in a range of the file. */
  private static final class ParquetRowReader implements RowReader {

    private final SourceFile file;
    private final CloseableIterable<ReadRow> content;
    private final Iterator<ReadRow> rows;
    private final long firstRow;
    private final double bytesPerRow;
    private boolean atRow;
    private long rowNumber;

    /**
     * @param open the whole file; the reader closes it
     */
    ParquetRowReader(
        SourceFile file,
        OpenParquetFile open,
        ParquetFooter footer,
        List<ColumnDescription> columns,
        ReadOptions options) {
      this.file = file;
      this.firstRow = open.rowsBefore(file.start());
      this.rowNumber = firstRow;
      this.bytesPerRow = (double) file.size() / Math.max(1, open.rows());
      List<NestedField> projected = new ArrayList<>();
      for (ColumnDescription column : columns) {
        NestedField field = footer.schema().asStruct().field(column.name());
        if (field != null) {
          projected.add(field);
        }
      }
      Schema projection = new Schema(projected);
      try {
        this.content =
            open.rows(
                projection,
                footer.identified(),
                file.start(),
                file.end(),
                parquet -> CqlParquetReaders.rows(columns, projection, parquet, Map.of(), options));
      } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
        throw unreadable(file, e);
      }
      this.rows = content.iterator();
    }

    /**
     * Reports a file that is damaged or not Parquet. Damaged lengths can also cause an
     * OutOfMemoryError.
     */
    static StorageException unreadable(SourceFile file, Throwable cause) {
      return new StorageException(
          file.toString(),
          "The file " + file + " cannot be read: " + OpenParquetFile.reason(cause),
          cause);
    }

    @Override
    public @Nullable RawRow next() {
      ReadRow row;
      atRow = false;
      try {
        if (!rows.hasNext()) {
          return null;
        }
        row = rows.next();
      } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
        throw unreadable(file, e);
      }
      atRow = true;
      rowNumber++;
      return row.at(() -> String.format("Row %d of %s", rowNumber, file));
    }

    /** Returns the row's number in the whole file, from 1. */
    @Override
    public Optional<SourceRecord> lastRecord() {
      return atRow
          ? Optional.of(new SourceRecord(file.toString(), "row", rowNumber, Optional.empty()))
          : Optional.empty();
    }

    /**
     * Estimates the bytes from the number of rows, because the row groups of a range can be larger
     * than the range.
     */
    @Override
    public long bytesRead() {
      return (long) ((rowNumber - firstRow) * bytesPerRow);
    }

    @Override
    public void close() {
      try {
        content.close();
      } catch (IOException e) {
        throw file.unreadable(e);
      }
    }
  }
}
