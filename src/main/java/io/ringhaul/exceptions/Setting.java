package io.ringhaul.exceptions;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A setting in error messages. Its Java name is that of its builder method; the command line has an
 * option for it. The text of a {@link BulkOperationException} holds settings as marks, so that
 * {@link BulkOperationException#message} can use other names. {@link
 * BulkOperationException#getMessage} uses the Java names.
 */
public enum Setting {
  ADD_TO_COUNTERS,
  ALLOW_FILTERING,
  APPLY,
  AS_TEXT,
  BALANCING,
  BOOLEANS,
  BRANCH,
  BY_KEYS,
  BY_RANGES,
  BY_SIZE,
  CATALOG,
  CHANGES_BETWEEN,
  COLUMNS,
  COMPARE_CELL_TIMES,
  COMPRESSION,
  CONSISTENCY,
  CREATE_INDEXES_AND_VIEWS,
  CREATE_TABLE,
  DATE_FORMAT,
  DECIMAL,
  DECIMALS,
  DELETE_EXTRA,
  DELIMITER,
  DETECT_DELETES,
  DIALECT,
  DIFFERENCES_TO,
  DROP_NULL_ELEMENTS,
  DRY_RUN,
  ENCODING,
  FIXED_TASKS,
  FROM_DATACENTER,
  GROUPING,
  IGNORE_CELL_TIMES,
  INCREMENTAL,
  JOB_ID,
  LARGEST,
  MAPPING,
  MAX_ATTEMPTS,
  MAX_BATCH_BYTES,
  MAX_BATCH_STATEMENTS,
  MAX_BYTES_PER_SECOND,
  MAX_COLUMNS,
  MAX_CPU_SHARE,
  MAX_DIFFERENCES,
  MAX_DISK_BYTES,
  MAX_ERRORS,
  MAX_ERROR_SHARE,
  MAX_FILE_SIZE,
  MAX_IN_FLIGHT_PER_NODE,
  MAX_RECORDS,
  MAX_RECORD_SIZE,
  MAX_ROWS,
  MAX_ROWS_PER_SECOND,
  MODE,
  NULLS_AS_TOMBSTONES,
  NULL_VALUE,
  NUMBER_LOCALE,
  ON_UNREPRESENTABLE,
  OVERLAP,
  OVERWRITE_PARTITIONS,
  PAGE_SIZE,
  PARALLELISM,
  PARTITION_BY,
  PRIMARY_KEY,
  PRIORITY,
  PROTECT_LATENCY,
  QUERY,
  READ_THROUGH_CACHE,
  REJECTS_TO,
  REPLAY_IN_DOUBT,
  RESUMING,
  RETRY_NON_IDEMPOTENT,
  RUN_WINDOW,
  SINGLE_ARRAY,
  SKIP_PREFLIGHT,
  SKIP_RECORDS,
  SNAPSHOT,
  TASK_COUNT,
  TABLE,
  TAG,
  TARGET_FILE_SIZE,
  TIME_FORMAT,
  TIME_ZONE,
  TIMESTAMP_FORMAT,
  TOLERATING,
  TOKEN_RANGE,
  TTL_READ_AT,
  TRIMMED,
  TRUNCATE_TIMESTAMPS,
  TUNING,
  TYPES,
  UUIDS,
  WHERE,
  WITH_EXPIRY,
  WITH_TTL,
  WITH_WRITETIME,
  WRITTEN_AFTER,
  WRITTEN_BEFORE,
  WRITTEN_IN;

  /** Unicode noncharacters: reserved for use inside a program, they do not occur in text. */
  private static final char BEGIN = '\uFDD0';

  private static final char END = '\uFDD1';

  /** The name of a constant, and a suffix: brackets, for Java only, or a value in brackets. */
  private static final Pattern MARK = Pattern.compile(BEGIN + "([A-Z_]+)([^" + END + "]*)" + END);

  /** The value of a call, such as {@code APPEND}. */
  private static final Pattern VALUE = Pattern.compile("\\(([A-Z0-9_]+)\\)");

  private static final Pattern WORD = Pattern.compile("_(.)");

  private static final Map<String, Setting> BY_METHOD =
      Arrays.stream(values()).collect(Collectors.toMap(Setting::method, setting -> setting));

  /** The name of the builder method, such as {@code taskCount}. */
  public String method() {
    return WORD.matcher(name().toLowerCase(Locale.ROOT))
        .replaceAll(word -> word.group(1).toUpperCase(Locale.ROOT));
  }

  /** The setting's mark; in Java {@code taskCount}. */
  public String mark() {
    return mark("");
  }

  /** The setting's mark as a call in Java: {@code allowFiltering()}. */
  public String call() {
    return mark("()");
  }

  /** The setting's mark as a call with a value in Java: {@code where(...)}. */
  public String callWithValue() {
    return mark("(...)");
  }

  /**
   * The setting's mark as a call with a value: {@code mode(APPEND)} in Java, {@code --mode append}
   * on the command line.
   */
  public String callWith(Enum<?> value) {
    return mark("(" + value.name() + ")");
  }

  private String mark(String suffix) {
    return BEGIN + name() + suffix + END;
  }

  /** Replaces the name of a builder method at the start of a text by its mark. */
  static String markSubject(String method, String text) {
    Optional<Setting> setting = Optional.ofNullable(BY_METHOD.get(method));
    boolean isSubject = text.startsWith(method + " ");
    return setting.isPresent() && isSubject
        ? setting.orElseThrow().mark() + text.substring(method.length())
        : text;
  }

  /** Replaces marks by the Java names. */
  static String inJava(String text) {
    return replaced(text, mark -> valueOf(mark.group(1)).method() + mark.group(2));
  }

  /** Replaces marks by other names. */
  static String named(String text, Function<Setting, String> names) {
    return replaced(
        text,
        mark -> {
          Setting setting = valueOf(mark.group(1));
          String name = names.apply(setting);
          Matcher value = VALUE.matcher(mark.group(2));
          if (!value.matches()) {
            return name;
          }
          boolean staysMark = name.equals(setting.mark());
          return staysMark ? mark.group() : name + " " + value.group(1).toLowerCase(Locale.ROOT);
        });
  }

  private static String replaced(String text, Function<Matcher, String> replacement) {
    if (text.indexOf(BEGIN) < 0) {
      return text;
    }
    Matcher marks = MARK.matcher(text);
    StringBuilder replaced = new StringBuilder();
    while (marks.find()) {
      marks.appendReplacement(replaced, Matcher.quoteReplacement(replacement.apply(marks)));
    }
    return marks.appendTail(replaced).toString();
  }
}
