package io.ringhaul.internal.json;

import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.text.RecordLimits;
import io.ringhaul.internal.text.TextOptions;
import io.ringhaul.json.BlobForm;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * JSON input settings as texts, keyed by the names of their setter methods. Plans store settings in
 * this form. Immutable.
 */
public final class JsonSettings {

  public static final String TIMESTAMP_FORMAT = "timestampFormat";
  public static final String TIMESTAMP_UNIT = "timestampUnit";
  public static final String DATE_FORMAT = "dateFormat";
  public static final String TIME_FORMAT = "timeFormat";
  public static final String TIME_ZONE = "timeZone";
  public static final String BLOB_FORM = "blobForm";
  public static final String IGNORE_UNKNOWN_FIELDS = "ignoreUnknownFields";

  public static final String ENCODING = "encoding";
  public static final String MAX_RECORD_SIZE = "maxRecordSize";
  public static final String MAX_COLUMNS = "maxColumns";

  /** The known fields, which may be skipped: a JSON array of names. */
  private static final String FIELDS = "fields";

  public static final JsonSettings NONE = new JsonSettings(Map.of());

  private final Map<String, String> values;
  private final TextOptions textOptions;
  private final Set<String> fields;
  private final boolean leavesAllOut;

  JsonSettings(Map<String, String> values) {
    this.values = Map.copyOf(values);
    this.textOptions = textOptions(this.values);
    this.fields = fields(values.get(FIELDS));
    this.leavesAllOut = values.containsKey(IGNORE_UNKNOWN_FIELDS);
  }

  /** Returns a copy with a setting added or replaced. */
  public JsonSettings with(String name, String value) {
    Map<String, String> changed = new HashMap<>(values);
    changed.put(name, value);
    return new JsonSettings(changed);
  }

  /** Returns a copy that allows skipping fields of these names. */
  JsonSettings withFields(Set<String> names) {
    return with(FIELDS, Json.text(names));
  }

  /** Returns the settings sorted by name. */
  @Override
  public String toString() {
    return new TreeMap<>(values).toString();
  }

  /** Returns these settings with the limits of others; limits may differ between runs of a job. */
  public JsonSettings withBoundsOf(JsonSettings others) {
    Map<String, String> all = new HashMap<>(values);
    for (String bound : List.of(MAX_RECORD_SIZE, MAX_COLUMNS)) {
      all.remove(bound);
      if (others.values.containsKey(bound)) {
        all.put(bound, others.values.get(bound));
      }
    }
    return new JsonSettings(all);
  }

  /** Returns the settings in the form that plans store. */
  Map<String, String> toMap() {
    return values;
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** Returns the encoding of the files. */
  Charset encoding() {
    String name = values.get(ENCODING);
    return name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
  }

  /** Returns the maximum characters of a record. */
  int maxRecordSize() {
    String set = values.get(MAX_RECORD_SIZE);
    return set == null ? RecordLimits.bytes() : Integer.parseInt(set);
  }

  /** Returns the maximum fields of the first record of a file. */
  int maxColumns() {
    String set = values.get(MAX_COLUMNS);
    return set == null ? RecordLimits.COLUMNS : Integer.parseInt(set);
  }

  /** Returns the options for reading values. */
  TextOptions textOptions() {
    return textOptions;
  }

  /** Returns true if a field that is not imported is skipped, false if it is an error. */
  boolean leavesOut(String field) {
    return leavesAllOut || fields.contains(field);
  }

  private static Set<String> fields(@Nullable String json) {
    return json == null
        ? Set.of()
        : Set.of(Json.read(json, String[].class, "the fields that may be skipped"));
  }

  private static TextOptions textOptions(Map<String, String> values) {
    TextOptions options = TextOptions.defaults();
    for (Map.Entry<String, String> entry : values.entrySet()) {
      String value = entry.getValue();
      options =
          switch (entry.getKey()) {
            case TIMESTAMP_FORMAT -> options.timestampFormat(value);
            case TIMESTAMP_UNIT -> options.timestampUnit(TimeUnit.valueOf(value));
            case DATE_FORMAT -> options.dateFormat(value);
            case TIME_FORMAT -> options.timeFormat(value);
            case TIME_ZONE -> options.timeZone(ZoneId.of(value));
            case BLOB_FORM -> options.blobForm(BlobForm.valueOf(value));
            default -> options;
          };
    }
    return options;
  }
}
