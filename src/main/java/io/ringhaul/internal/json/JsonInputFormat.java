package io.ringhaul.internal.json;

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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Rows from files of JSON. */
public final class JsonInputFormat implements InputFormat {

  private final JsonSettings settings;

  public JsonInputFormat(JsonSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return JsonOutput.NAME;
  }

  @Override
  public Set<String> extensions() {
    return Set.of("json", "jsonl", "ndjson");
  }

  @Override
  public boolean compressesItself() {
    return false;
  }

  @Override
  public SourceLayout layout(
      TableDescription table, Optional<Manifest> manifest, List<SourceFile> files)
      throws IOException {
    JsonSettings all = settings;
    Set<String> columns = new LinkedHashSet<>();
    if (manifest.isPresent()) {
      manifest.get().schema().columns().stream()
          .map(TableSchema.Column::name)
          .forEach(columns::add);
      if (!settings.has(JsonSettings.BLOB_FORM)) {
        all = all.with(JsonSettings.BLOB_FORM, BlobForm.LITERAL_FIRST.name());
      }
    } else {
      columns.addAll(foreignFields(table, files));
      if (!settings.has(JsonSettings.BLOB_FORM) && DsbulkBlobs.areBase64(table, files, settings)) {
        all = all.with(JsonSettings.BLOB_FORM, BlobForm.BASE64.name());
      }
    }
    if (settings.has(JsonSettings.IGNORE_UNKNOWN_FIELDS)) {
      columns.removeIf(name -> table.column(name).isEmpty());
    }
    // Columns of the table too: whoever selects others wants these passed over.
    Set<String> known = new LinkedHashSet<>(columns);
    table.columns().stream()
        .filter(column -> column.kind() != Kind.METADATA)
        .map(ColumnDescription::name)
        .forEach(known::add);
    return new SourceLayout(
        List.copyOf(columns), all.withFields(known).withBoundsOf(JsonSettings.NONE).toMap());
  }

  /**
   * The fields that files without a manifest may have: those of the first document, and every
   * column that need not be in each. The key must be, so its absence there tells of other files
   * than meant; and facts about cells are in each or in none.
   */
  private Set<String> foreignFields(TableDescription table, List<SourceFile> files)
      throws IOException {
    Set<String> fields = new LinkedHashSet<>();
    for (SourceFile file : files) {
      try (JsonRecords records = new JsonRecords(file, settings)) {
        fields.addAll(FirstDocument.fields(records, settings.maxColumns()));
      }
      if (!fields.isEmpty()) {
        break;
      }
    }
    boolean isEmpty = fields.isEmpty();
    for (ColumnDescription column : table.columns()) {
      boolean isOptional = column.kind() == Kind.STATIC || column.kind() == Kind.REGULAR;
      if (isOptional || (isEmpty && column.isPrimaryKey())) {
        fields.add(column.name());
      }
    }
    return fields;
  }

  @Override
  public boolean isSplittable(SourceFile file) {
    // A document may be of many lines, and a line end may stand anywhere in it.
    return false;
  }

  @Override
  public RowReader open(
      Map<String, String> properties, List<ColumnDescription> columns, SourceFile file)
      throws IOException {
    JsonSettings planned = new JsonSettings(properties).withBoundsOf(settings);
    JsonRecords records = new JsonRecords(file, planned);
    try {
      return new JsonRowReader(planned, columns, records);
    } catch (RuntimeException e) {
      records.close();
      throw e;
    }
  }
}
