package io.ringhaul.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.RecordForm;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.internal.cql.RowBytes;
import io.ringhaul.internal.text.PartitionKeyCheck;
import io.ringhaul.internal.text.TextReader;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Streams the rows of one file. A field that is absent is null. */
final class JsonRowReader implements RowReader {

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

  /** Documents one after the other, each with a line end behind it. */
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
                  "%s is no column of the table, so its value would be lost;"
                      + " set ignoreUnknownFields to leave such fields out",
                  name));
        }
        json.skipChildren();
        continue;
      }
      if (seen[position]) {
        throw new UnrepresentableValueException(name, name + " is there twice");
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
