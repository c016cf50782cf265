package io.ringhaul.internal.text;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.json.BlobForm;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How text is read. Immutable: each method gives other options and leaves these as they are. */
public final class TextOptions {

  /** The name of a timestamp's form that is a count of units since the epoch. */
  public static final String UNITS_SINCE_EPOCH = "UNITS_SINCE_EPOCH";

  /** The name of a timestamp's default form. */
  public static final String CQL_TIMESTAMP = "CQL_TIMESTAMP";

  private static final TextOptions DEFAULTS =
      new TextOptions(new Temporal(null, null, null, null, ZoneOffset.UTC), BlobForm.UNAMBIGUOUS);

  /**
   * What to expect of dates and times; null is the default form.
   *
   * @param timestampUnit the unit of timestamps that are counts
   */
  private record Temporal(
      @Nullable DateTimeFormatter timestamp,
      @Nullable TimeUnit timestampUnit,
      @Nullable DateTimeFormatter date,
      @Nullable DateTimeFormatter time,
      ZoneId zone) {}

  private final Temporal temporal;
  private final BlobForm blobForm;

  private TextOptions(Temporal temporal, BlobForm blobForm) {
    this.temporal = temporal;
    this.blobForm = blobForm;
  }

  /** All defaults, as the methods state them. */
  public static TextOptions defaults() {
    return DEFAULTS;
  }

  /**
   * How timestamps look: a pattern of {@link DateTimeFormatter}, {@value #UNITS_SINCE_EPOCH} for
   * milliseconds since 1970-01-01 UTC, or {@value #CQL_TIMESTAMP}, the default: a date, then, after
   * a T or a space, hours and minutes, or seconds, or a fraction of them, then an offset ({@code
   * Z}, {@code +01}, {@code +0100}, {@code +01:00}). Without a time it is midnight, without an
   * offset the {@linkplain #timeZone time zone} decides.
   *
   * @throws InvalidSettingException if the pattern is none
   */
  public TextOptions timestampFormat(String format) {
    return switch (format) {
      case CQL_TIMESTAMP -> timestamps(null, null);
      case UNITS_SINCE_EPOCH -> timestamps(null, TimeUnit.MILLISECONDS);
      default -> timestamps(formatter("timestampFormat", format), null);
    };
  }

  /**
   * Timestamps are whole numbers of that unit since 1970-01-01 UTC. Numbers that are no whole
   * milliseconds are refused.
   */
  public TextOptions timestampUnit(TimeUnit unit) {
    return timestamps(null, Objects.requireNonNull(unit));
  }

  /**
   * How dates look: a pattern of {@link DateTimeFormatter}. Default: ISO 8601, {@code 2020-01-31},
   * with a sign before years of more than four digits.
   *
   * @throws InvalidSettingException if the pattern is none
   */
  public TextOptions dateFormat(String pattern) {
    DateTimeFormatter date = formatter("dateFormat", pattern);
    return with(
        new Temporal(
            temporal.timestamp, temporal.timestampUnit, date, temporal.time, temporal.zone));
  }

  /**
   * How times of day look: a pattern of {@link DateTimeFormatter}. Default: ISO 8601, {@code
   * 10:00}, {@code 10:00:00} or with a fraction of up to nine digits.
   *
   * @throws InvalidSettingException if the pattern is none
   */
  public TextOptions timeFormat(String pattern) {
    DateTimeFormatter time = formatter("timeFormat", pattern);
    return with(
        new Temporal(
            temporal.timestamp, temporal.timestampUnit, temporal.date, time, temporal.zone));
  }

  /** The time zone of timestamps that do not name one. Default: UTC. */
  public TextOptions timeZone(ZoneId zone) {
    return with(
        new Temporal(
            temporal.timestamp,
            temporal.timestampUnit,
            temporal.date,
            temporal.time,
            Objects.requireNonNull(zone)));
  }

  /** How blobs look. Default: {@link BlobForm#UNAMBIGUOUS}. */
  public TextOptions blobForm(BlobForm form) {
    return new TextOptions(temporal, Objects.requireNonNull(form));
  }

  /** See {@link #blobForm(BlobForm)}. */
  public BlobForm blobForm() {
    return blobForm;
  }

  @Nullable DateTimeFormatter timestampFormatter() {
    return temporal.timestamp;
  }

  @Nullable TimeUnit timestampUnit() {
    return temporal.timestampUnit;
  }

  @Nullable DateTimeFormatter dateFormatter() {
    return temporal.date;
  }

  @Nullable DateTimeFormatter timeFormatter() {
    return temporal.time;
  }

  ZoneId zone() {
    return temporal.zone;
  }

  private TextOptions timestamps(@Nullable DateTimeFormatter formatter, @Nullable TimeUnit unit) {
    return with(new Temporal(formatter, unit, temporal.date, temporal.time, temporal.zone));
  }

  private TextOptions with(Temporal other) {
    return new TextOptions(other, blobForm);
  }

  private static DateTimeFormatter formatter(String setting, String pattern) {
    try {
      // Strict, because leniency makes another day of February 30.
      return DateTimeFormatter.ofPattern(withoutEra(pattern), Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(
          setting,
          setting
              + " \""
              + pattern
              + "\" is no pattern of java.time.format.DateTimeFormatter: "
              + e.getMessage());
    }
  }

  /** The pattern with u for y, outside quotes: y is what people write, and needs an era. */
  private static String withoutEra(String pattern) {
    StringBuilder result = new StringBuilder(pattern);
    boolean quoted = false;
    for (int i = 0; i < result.length(); i++) {
      char c = result.charAt(i);
      if (c == '\'') {
        quoted = !quoted;
      } else if (c == 'y' && !quoted && pattern.indexOf('G') < 0) {
        result.setCharAt(i, 'u');
      }
    }
    return result.toString();
  }
}
