package io.ringhaul.internal.json;

import com.datastax.oss.driver.api.core.type.DataTypes;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.MalformedRecordException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.internal.cql.RowBytes;
import io.ringhaul.internal.files.InputFormat;
import io.ringhaul.internal.files.Manifest;
import io.ringhaul.internal.files.SourceFile;
import io.ringhaul.internal.files.SourceLayout;
import io.ringhaul.internal.text.PartitionKeyCheck;
import io.ringhaul.internal.text.TextReader;
import io.ringhaul.json.BlobForm;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The JSON input format. */
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
    // Columns that the import does not select are known fields too, and are skipped.
    Set<String> known = new LinkedHashSet<>(columns);
    table.columns().stream()
        .filter(column -> column.kind() != Kind.METADATA)
        .map(ColumnDescription::name)
        .forEach(known::add);
    return new SourceLayout(
        List.copyOf(columns), all.withFields(known).withBoundsOf(JsonSettings.NONE).toMap());
  }

  /**
   * Returns the fields that files without a manifest may have: those of the first document and all
   * regular and static columns, which a document may lack. Key columns are not added: if the first
   * document lacks one, the files are the wrong ones. Metadata columns are in each document or in
   * none.
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
    // A document may span lines, and may contain line ends anywhere.
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

  /** Reads the rows of one file. An absent field is null. */
  static final class JsonRowReader implements RowReader {

    private static final RecordForm FORM =
        new RecordForm(JsonOutput.NAME, ByteBuffer.allocate(0), ByteBuffer.wrap(new byte[] {'\n'}));

    private final JsonRecords records;
    private final JsonSettings settings;
    private final TextReader[] readers;
    private final Map<String, Integer> positions = new HashMap<>();
    private final RowBytes row;
    private final PartitionKeyCheck keyCheck;

    JsonRowReader(JsonSettings settings, List<ColumnDescription> columns, JsonRecords records) {
      this.records = records;
      this.settings = settings;
      this.row = new RowBytes(columns.size());
      this.keyCheck = new PartitionKeyCheck(columns);
      this.readers =
          columns.stream()
              .map(column -> TextReader.of(column, settings.textOptions()))
              .toArray(TextReader[]::new);
      for (int i = 0; i < columns.size(); i++) {
        positions.put(columns.get(i).name(), i);
      }
    }

    @Override
    public @Nullable RawRow next() {
      try {
        if (!records.next()) {
          return null;
        }
        try {
          RawRow row = row(records.json());
          records.end();
          return row;
        } catch (UnrepresentableValueException e) {
          records.end();
          throw new UnrepresentableValueException(
              e.column(), records.place(": " + e.message(Setting::mark)));
        }
      } catch (IOException e) {
        throw records.failure(e);
      }
    }

    @Override
    public Optional<SourceRecord> lastRecord() {
      return records.record();
    }

    /** Returns the form of documents that follow each other, each with a line end. */
    @Override
    public Optional<RecordForm> recordForm() {
      return Optional.of(FORM);
    }

    private RawRow row(JsonParser json) throws IOException {
      row.clear();
      boolean[] seen = new boolean[readers.length];
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        Integer position = positions.get(name);
        json.nextToken();
        if (position == null) {
          if (!settings.leavesOut(name)) {
            throw new UnrepresentableValueException(
                name,
                String.format(
                    "%s is not a column of the table, so its value would be lost;"
                        + " set ignoreUnknownFields to skip such fields",
                    name));
          }
          json.skipChildren();
          continue;
        }
        if (seen[position]) {
          throw new UnrepresentableValueException(name, name + " occurs twice");
        }
        seen[position] = true;
        int start = row.bytes().size();
        if (readers[position].read(json, row.bytes())) {
          row.set(position, start);
        }
      }
      @Nullable ByteBuffer[] values = row.values();
      keyCheck.require(values);
      return column -> values[column];
    }

    @Override
    public long bytesRead() {
      return records.bytesRead();
    }

    @Override
    public void close() {
      try {
        records.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Reads the field names of a file from its first document. */
  private static final class FirstDocument {

    /** The number of records that are searched for a document. */
    private static final int GREATEST_LOOK = 1_000;

    private FirstDocument() {}

    /**
     * Returns the field names; empty if the file is empty.
     *
     * @param records at the start of the file
     * @param most the maximum number of fields
     * @throws StorageException if the file has records but no document, or if the document has too
     *     many fields
     */
    static List<String> fields(JsonRecords records, int most) {
      List<String> names = new ArrayList<>();
      @Nullable BulkOperationException first = null;
      for (int i = 0; i < GREATEST_LOOK; i++) {
        try {
          if (!records.next()) {
            break;
          }
          JsonParser json = records.json();
          while (json.nextToken() != JsonToken.END_OBJECT) {
            if (names.size() == most) {
              throw records.tooManyFields(most);
            }
            names.add(json.currentName());
            json.nextToken();
            json.skipChildren();
          }
          records.end();
          return names;
        } catch (MalformedRecordException e) {
          first = first == null ? e : first;
        } catch (IOException e) {
          BulkOperationException failure = records.failure(e);
          if (!(failure instanceof MalformedRecordException)) {
            throw failure;
          }
          first = first == null ? failure : first;
        }
        names.clear();
      }
      if (first != null) {
        throw records.noDocument(first);
      }
      return names;
    }
  }

  /**
   * Detects the blob form of files that DSBulk unloaded. One unload writes all blobs in Base64 (its
   * default) or all as literals, so one blob that is not a literal decides for all.
   */
  private static final class DsbulkBlobs {

    private static final Pattern NAME = Pattern.compile("output-[0-9]+\\.json(\\..+)?");
    private static final String LITERAL = "0x";

    /** The number of documents read per file. */
    private static final int DOCUMENTS = 1_000;

    private DsbulkBlobs() {}

    /** Returns true if all files have DSBulk names and one of their blobs is not a literal. */
    static boolean areBase64(TableDescription table, List<SourceFile> files, JsonSettings settings)
        throws IOException {
      Set<String> blobs =
          table.columns().stream()
              .filter(column -> column.type().equals(DataTypes.BLOB))
              .map(ColumnDescription::name)
              .collect(Collectors.toSet());
      if (blobs.isEmpty() || !files.stream().allMatch(DsbulkBlobs::isNamedLikeDsbulks)) {
        return false;
      }
      for (SourceFile file : files) {
        try (JsonRecords records = new JsonRecords(file, settings)) {
          for (int i = 0; i < DOCUMENTS; i++) {
            try {
              if (!next(records)) {
                break;
              }
              if (hasBase64(records, blobs)) {
                return true;
              }
            } catch (MalformedRecordException e) {
              // A malformed record has no blobs; the import rejects it later.
            }
          }
        }
      }
      return false;
    }

    private static boolean isNamedLikeDsbulks(SourceFile file) {
      return NAME.matcher(file.name()).matches();
    }

    private static boolean next(JsonRecords records) {
      try {
        return records.next();
      } catch (IOException e) {
        throw records.failure(e);
      }
    }

    private static boolean hasBase64(JsonRecords records, Set<String> blobs) {
      try {
        boolean found = false;
        while (records.json().nextToken() != JsonToken.END_OBJECT) {
          String name = records.json().currentName();
          JsonToken value = records.json().nextToken();
          if (value == JsonToken.VALUE_STRING && blobs.contains(name)) {
            String text = records.json().getText();
            found |= !text.isEmpty() && !text.startsWith(LITERAL);
          }
          records.json().skipChildren();
        }
        records.end();
        return found;
      } catch (IOException e) {
        throw records.failure(e);
      }
    }
  }
}
