package io.ringhaul.internal.csv;

import io.ringhaul.csv.CsvDialect;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.text.TextOptions;
import io.ringhaul.json.BlobForm;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * CSV settings as texts, keyed by the names of their setter methods. Plans and manifests store
 * settings in this form. Immutable.
 */
public final class CsvSettings {

  public static final String DIALECT = "dialect";
  public static final String DELIMITER = "delimiter";
  public static final String QUOTE = "quote";
  public static final String ESCAPE = "escape";
  public static final String HEADER = "header";

  /** The field names from the settings, the header or the manifest, in file order. */
  public static final String FIELDS = "fields";

  /** The stored names of the columns, in the order of the fields. */
  static final String COLUMNS = "columns";

  public static final String NULL_VALUE = "nullValue";

  /** The words of true and false. */
  public static final String BOOLEANS = "booleans";

  /** The language tag of the locale of numbers. */
  public static final String NUMBER_LOCALE = "numberLocale";

  public static final String TRIMMED = "trimmed";
  public static final String TIMESTAMP_FORMAT = "timestampFormat";
  public static final String TIMESTAMP_UNIT = "timestampUnit";
  public static final String DATE_FORMAT = "dateFormat";
  public static final String TIME_FORMAT = "timeFormat";
  public static final String TIME_ZONE = "timeZone";

  /** A {@link BlobForm}; it follows from the origin of the files. */
  static final String BLOBS = "blobs";

  public static final String COMMENT = "comment";
  public static final String ENCODING = "encoding";
  public static final String SKIP_RECORDS = "skipRecords";
  public static final String MAX_RECORD_SIZE = "maxRecordSize";

  public static final String MAX_COLUMNS = "maxColumns";

  public static final CsvSettings NONE = new CsvSettings(Map.of());

  private final Map<String, String> values;

  CsvSettings(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /** Returns the settings sorted by name. */
  @Override
  public String toString() {
    return new TreeMap<>(values).toString();
  }

  /** Returns a copy with a setting added or replaced. */
  public CsvSettings with(String name, String value) {
    Map<String, String> changed = new HashMap<>(values);
    changed.put(name, value);
    return new CsvSettings(changed);
  }

  public CsvSettings with(String name, List<String> texts) {
    return with(name, Json.text(texts));
  }

  /** Returns the settings of a manifest, overridden by these settings. */
  CsvSettings over(Map<String, String> others) {
    Map<String, String> all = new HashMap<>(others);
    if (values.containsKey(DIALECT)) {
      // The manifest's escape character belongs to the manifest's dialect.
      all.remove(ESCAPE);
    }
    all.putAll(values);
    return new CsvSettings(all);
  }

  /** Returns these settings with the limits of others; limits may differ between runs of a job. */
  public CsvSettings withBoundsOf(CsvSettings others) {
    Map<String, String> all = new HashMap<>(values);
    for (String bound : List.of(MAX_RECORD_SIZE, MAX_COLUMNS)) {
      all.remove(bound);
      if (others.values.containsKey(bound)) {
        all.put(bound, others.values.get(bound));
      }
    }
    return new CsvSettings(all);
  }

  /** Returns the settings in the form that plans store. */
  Map<String, String> toMap() {
    return values;
  }

  Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** Returns the texts of a list setting; empty if it is not set. */
  List<String> texts(String name) {
    String value = values.get(name);
    if (value == null) {
      return List.of();
    }
    try {
      return List.of(Json.read(value, String[].class, "a list of texts"));
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(name, name + " is not a list of texts: " + value);
    }
  }

  /** Returns a setting of one character. */
  char character(String name, char otherwise) {
    String value = values.get(name);
    if (value == null) {
      return otherwise;
    }
    if (value.length() != 1) {
      throw new InvalidSettingException(
          name, name + " is \"" + value + "\"; it takes one character");
    }
    return value.charAt(0);
  }

  int number(String name, int otherwise) {
    return text(name).map(Integer::parseInt).orElse(otherwise);
  }

  long number(String name, long otherwise) {
    return text(name).map(Long::parseLong).orElse(otherwise);
  }

  /** Returns true if files begin with a header line, which is the default. */
  boolean hasHeader() {
    return !"false".equals(values.get(HEADER));
  }

  /** Returns true if blanks around fields without quotes are dropped. */
  boolean isTrimmed() {
    return "true".equals(values.get(TRIMMED));
  }

  /**
   * Returns the syntax of the files.
   *
   * @throws InvalidSettingException if the delimiter is also the quote or the escape character, or
   *     if a character is invalid
   */
  public CsvSyntax syntax() {
    CsvDialect dialect = dialect();
    char quote = character(QUOTE, CsvSyntax.QUOTE);
    char escape = character(ESCAPE, CsvSyntax.escape(dialect, quote));
    return new CsvSyntax(dialect, character(DELIMITER, CsvSyntax.DELIMITER), quote, escape);
  }

  /**
   * Returns these settings after checking them for reading.
   *
   * @throws InvalidSettingException if settings contradict each other
   */
  public CsvSettings checkedForInput() {
    CsvSyntax syntax = syntax();
    char comment = character(COMMENT, '\0');
    contradiction(
        comment == syntax.delimiter() || comment == syntax.quote(),
        COMMENT,
        "comment is '"
            + comment
            + "', which is also the delimiter or the quote; choose another one");
    contradiction(
        !texts(FIELDS).isEmpty() && hasHeader(),
        "columns",
        "columns names the fields of files without header; also set withoutHeader");
    contradiction(
        text(TIMESTAMP_FORMAT).isPresent() && text(TIMESTAMP_UNIT).isPresent(),
        TIMESTAMP_UNIT,
        "Set either timestampUnit or timestampFormat, not both");
    return this;
  }

  private static void contradiction(boolean isOne, String setting, String message) {
    if (isOne) {
      throw new InvalidSettingException(setting, message);
    }
  }

  /** Returns the options for reading values. */
  TextOptions textOptions() {
    TextOptions options = TextOptions.defaults();
    options = text(TIMESTAMP_FORMAT).map(options::timestampFormat).orElse(options);
    options =
        text(TIMESTAMP_UNIT).map(TimeUnit::valueOf).map(options::timestampUnit).orElse(options);
    options = text(DATE_FORMAT).map(options::dateFormat).orElse(options);
    options = text(TIME_FORMAT).map(options::timeFormat).orElse(options);
    options = text(TIME_ZONE).map(ZoneId::of).map(options::timeZone).orElse(options);
    options =
        text(NUMBER_LOCALE).map(Locale::forLanguageTag).map(options::numberLocale).orElse(options);
    List<String> booleans = texts(BOOLEANS);
    options = booleans.isEmpty() ? options : options.booleans(booleans.get(0), booleans.get(1));
    return text(BLOBS).map(BlobForm::valueOf).map(options::blobForm).orElse(options);
  }

  private CsvDialect dialect() {
    String name = text(DIALECT).orElse(CsvDialect.RFC4180.name());
    try {
      return CsvDialect.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(
          DIALECT, "dialect is " + name + "; it takes " + List.of(CsvDialect.values()));
    }
  }
}
