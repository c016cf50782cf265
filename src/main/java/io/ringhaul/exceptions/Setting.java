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
 * A setting that errors name. In Java it is called as its builder method; the command line has an
 * option for it. The text of a {@link BulkOperationException} holds settings as marks, so that
 * {@link BulkOperationException#message} can name them as the reader knows them; {@link
 * BulkOperationException#getMessage} names them as Java does.
 */
public enum Setting {
  ADD_TO_COUNTERS,
  ALLOW_FILTERING,
  BALANCING,
  BRANCH,
  BY_KEYS,
  BY_RANGES,
  BY_SIZE,
  CHANGES_BETWEEN,
  COLUMNS,
  COMPRESSION,
  CONSISTENCY,
  CREATE_TABLE,
  DATE_FORMAT,
  DECIMAL,
  DELIMITER,
  DIALECT,
  ENCODING,
  FIXED_TASKS,
  GROUPING,
  IGNORE_CELL_TIMES,
  JOB_ID,
  MAX_ATTEMPTS,
  MAX_BATCH_BYTES,
  MAX_BATCH_STATEMENTS,
  MAX_BYTES_PER_SECOND,
  MAX_COLUMNS,
  MAX_CPU_SHARE,
  MAX_DISK_BYTES,
  MAX_ERRORS,
  MAX_ERROR_SHARE,
  MAX_FILE_SIZE,
  MAX_IN_FLIGHT_PER_NODE,
  MAX_RECORD_SIZE,
  MAX_ROWS,
  MAX_ROWS_PER_SECOND,
  MODE,
  NULLS_AS_TOMBSTONES,
  NULL_VALUE,
  ON_UNREPRESENTABLE,
  OVERWRITE_PARTITIONS,
  PAGE_SIZE,
  PARALLELISM,
  PARTITION_BY,
  PRIORITY,
  PROTECT_LATENCY,
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
  TOKEN_RANGE,
  TTL_READ_AT,
  TUNING,
  WHERE,
  WITH_TTL,
  WITH_WRITETIME,
  WRITTEN_AFTER,
  WRITTEN_BEFORE,
  WRITTEN_IN;

  /** Characters that Unicode keeps for use inside a program: no text that is read has them. */
  private static final char BEGIN = '\uFDD0';

  private static final char END = '\uFDD1';

  /** A constant's name, and what follows the method's name in Java only, such as brackets. */
  private static final Pattern MARK = Pattern.compile(BEGIN + "([A-Z_]+)([^" + END + "]*)" + END);

  private static final Pattern WORD = Pattern.compile("_(.)");

  private static final Map<String, Setting> BY_METHOD =
      Arrays.stream(values()).collect(Collectors.toMap(Setting::method, setting -> setting));

  /** The name of the builder method, such as {@code taskCount}. */
  public String method() {
    return WORD.matcher(name().toLowerCase(Locale.ROOT))
        .replaceAll(word -> word.group(1).toUpperCase(Locale.ROOT));
  }

  /** The setting in the text of an error; in Java {@code taskCount}. */
  public String mark() {
    return mark("");
  }

  /** The setting in the text of an error, where Java calls it: {@code allowFiltering()}. */
  public String call() {
    return mark("()");
  }

  /** The setting in the text of an error, where Java calls it with a value: {@code where(...)}. */
  public String callWithValue() {
    return mark("(...)");
  }

  private String mark(String onlyInJava) {
    return BEGIN + name() + onlyInJava + END;
  }

  /** A text that begins with a builder method's name, with a mark in its place. */
  static String markSubject(String method, String text) {
    Optional<Setting> setting = Optional.ofNullable(BY_METHOD.get(method));
    boolean isSubject = text.startsWith(method + " ");
    return setting.isPresent() && isSubject
        ? setting.orElseThrow().mark() + text.substring(method.length())
        : text;
  }

  /** A text with marks, as Java's users read it. */
  static String inJava(String text) {
    return replaced(text, mark -> valueOf(mark.group(1)).method() + mark.group(2));
  }

  /** A text with marks, as those read it who know the settings by other names. */
  static String named(String text, Function<Setting, String> names) {
    return replaced(text, mark -> names.apply(valueOf(mark.group(1))));
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
