package io.ringhaul.internal.csv;

import io.ringhaul.csv.CsvDialect;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.RowReader;
import io.ringhaul.internal.files.InputFormat;
import io.ringhaul.internal.files.Manifest;
import io.ringhaul.internal.files.SourceFile;
import io.ringhaul.internal.files.SourceLayout;
import io.ringhaul.json.BlobForm;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** The CSV input format. */
public final class CsvInput implements InputFormat {

  private final CsvSettings settings;

  public CsvInput(CsvSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return CsvOutput.FORMAT;
  }

  @Override
  public Set<String> extensions() {
    return Set.of(CsvOutput.FORMAT);
  }

  @Override
  public boolean compressesItself() {
    return false;
  }

  @Override
  public SourceLayout layout(
      TableDescription table, Optional<Manifest> manifest, List<SourceFile> files)
      throws IOException {
    CsvSettings all = settings.over(manifest.map(Manifest::properties).orElse(Map.of()));
    List<String> fields = fields(all, table, manifest, files.get(0));
    List<String> columns = FileHeader.columns(fields, table);
    requireDistinct(columns, files.get(0));
    return new SourceLayout(
        columns,
        all.withBoundsOf(CsvSettings.NONE)
            .with(CsvSettings.FIELDS, fields)
            .with(CsvSettings.COLUMNS, columns)
            .with(CsvSettings.BLOBS, blobForm(all, manifest).name())
            .toMap());
  }

  @Override
  public boolean isSplittable(SourceFile file) {
    // A file must be read from its start to tell line ends from line breaks within quotes.
    return false;
  }

  @Override
  public RowReader open(
      Map<String, String> properties, List<ColumnDescription> columns, SourceFile file)
      throws IOException {
    return new CsvRowReader(new CsvSettings(properties).withBoundsOf(settings), columns, file);
  }

  /**
   * Returns the field names: from the settings, otherwise from the header, the manifest or the
   * table.
   */
  private List<String> fields(
      CsvSettings all, TableDescription table, Optional<Manifest> manifest, SourceFile first)
      throws IOException {
    List<String> named = settings.texts(CsvSettings.FIELDS);
    if (!named.isEmpty()) {
      return named;
    }
    if (all.hasHeader()) {
      try (CsvFile file = new CsvFile(all, first)) {
        return file.readHeader();
      }
    }
    if (areNumbers(names(table))) {
      return numbers(all, first, names(table).size());
    }
    if (manifest.isPresent()) {
      return manifest.get().schema().columns().stream().map(TableSchema.Column::name).toList();
    }
    return names(table);
  }

  private static List<String> names(TableDescription table) {
    return table.columns().stream()
        .filter(column -> column.kind() != Kind.METADATA)
        .map(ColumnDescription::name)
        .toList();
  }

  /** Whether a mapping gives the fields by their positions. */
  private static boolean areNumbers(List<String> names) {
    return IntStream.range(0, names.size())
        .allMatch(position -> names.get(position).equals(Integer.toString(position)));
  }

  /** The positions of all fields: records may have more than those of a mapping. */
  private static List<String> numbers(CsvSettings all, SourceFile first, int least)
      throws IOException {
    try (CsvFile file = new CsvFile(all, first)) {
      return IntStream.range(
              0,
              Math.max(least, file.fieldsOfFirstRecord(all.number(CsvSettings.SKIP_RECORDS, 0L))))
          .mapToObj(Integer::toString)
          .toList();
    }
  }

  private static BlobForm blobForm(CsvSettings all, Optional<Manifest> manifest) {
    if (manifest.isPresent()) {
      return BlobForm.LITERAL_FIRST;
    }
    return all.syntax().dialect() == CsvDialect.DSBULK ? BlobForm.BASE64 : BlobForm.UNAMBIGUOUS;
  }

  private static void requireDistinct(List<String> columns, SourceFile file) {
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (!seen.add(column)) {
        throw new StorageException(
            file.toString(),
            String.format(
                "%s has two fields for column %s; name the fields with %s",
                file.subject(), column, Setting.COLUMNS.callWithValue()),
            null);
      }
    }
  }
}
