package io.ringhaul.internal.text;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.json.BlobForm;
import java.text.DecimalFormatSymbols;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Options for reading text. Immutable: each setter returns a changed copy. */
public final class TextOptions {

  /** The format name for timestamps that are counts of units since the epoch. */
  public static final String UNITS_SINCE_EPOCH = "UNITS_SINCE_EPOCH";

  /** The format name for the default form of timestamps. */
  public static final String CQL_TIMESTAMP = "CQL_TIMESTAMP";

  private static final TextOptions DEFAULTS =
      new TextOptions(
          new Temporal(null, null, null, null, Zoneless.UTC),
          BlobForm.UNAMBIGUOUS,
          Optional.empty(),
          Optional.empty());

  /** The words of booleans, in any case. */
  record BooleanWords(String yes, String no) {}

  /**
   * The forms of dates and times; null is the default form.
   *
   * @param timestampUnit the unit of timestamps that are counts
   */
  private record Temporal(
      @Nullable DateTimeFormatter timestamp,
      @Nullable TimeUnit timestampUnit,
      @Nullable DateTimeFormatter date,
      @Nullable DateTimeFormatter time,
      Zoneless zoneless) {}

  /**
   * What is not written in a timestamp.
   *
   * @param zone the zone of timestamps without one; if empty, such timestamps are invalid
   * @param truncates whether what is finer than a millisecond is cut off
   * @param formatsAreFixed whether the user cannot set the formats
   */
  record Zoneless(Optional<ZoneId> zone, boolean truncates, boolean formatsAreFixed) {

    static final Zoneless UTC = new Zoneless(Optional.of(ZoneOffset.UTC), false, false);

    /** Returns the part of a message that names the setting of a format. */
    String orSet(Setting format) {
      return formatsAreFixed ? "" : ", or set " + format.mark();
    }
  }

  private final Temporal temporal;
  private final BlobForm blobForm;
  private final Optional<BooleanWords> booleans;
  private final Optional<Locale> numberLocale;

  private TextOptions(
      Temporal temporal,
      BlobForm blobForm,
      Optional<BooleanWords> booleans,
      Optional<Locale> numberLocale) {
    this.temporal = temporal;
    this.blobForm = blobForm;
    this.booleans = booleans;
    this.numberLocale = numberLocale;
  }

  /** Returns the defaults. */
  public static TextOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Returns the options for texts in files that have types, such as Parquet: the forms are the
   * defaults and cannot be set.
   *
   * @param zone the zone of timestamps without one; if empty, such timestamps are invalid
   * @param truncates whether what is finer than a millisecond is cut off
   */
  public static TextOptions ofTypedFiles(Optional<ZoneId> zone, boolean truncates) {
    return DEFAULTS.with(new Temporal(null, null, null, null, new Zoneless(zone, truncates, true)));
  }

  /**
   * Sets the format of timestamps: a pattern of {@link DateTimeFormatter}, {@value
   * #UNITS_SINCE_EPOCH} for milliseconds since 1970-01-01 UTC, or {@value #CQL_TIMESTAMP}. Default:
   * {@value #CQL_TIMESTAMP}, which is a date, optionally a T or a space and a time (hours and
   * minutes, optionally seconds and a fraction), and optionally an offset ({@code Z}, {@code +01},
   * {@code +0100}, {@code +01:00}). A missing time is midnight; a missing offset is taken from the
   * {@linkplain #timeZone time zone}.
   *
   * @throws InvalidSettingException if the pattern is invalid
   */
  public TextOptions timestampFormat(String format) {
    return switch (format) {
      case CQL_TIMESTAMP -> timestamps(null, null);
      case UNITS_SINCE_EPOCH -> timestamps(null, TimeUnit.MILLISECONDS);
      default -> timestamps(formatter("timestampFormat", format), null);
    };
  }

  /**
   * Sets timestamps to whole numbers of that unit since 1970-01-01 UTC. A number that is not a
   * whole number of milliseconds is rejected.
   */
  public TextOptions timestampUnit(TimeUnit unit) {
    return timestamps(null, Objects.requireNonNull(unit));
  }

  /**
   * Sets the format of dates: a pattern of {@link DateTimeFormatter}. Default: ISO 8601, such as
   * {@code 2020-01-31}, with a sign before years of more than four digits.
   *
   * @throws InvalidSettingException if the pattern is invalid
   */
  public TextOptions dateFormat(String pattern) {
    DateTimeFormatter date = formatter("dateFormat", pattern);
    return with(
        new Temporal(
            temporal.timestamp, temporal.timestampUnit, date, temporal.time, temporal.zoneless));
  }

  /**
   * Sets the format of times of day: a pattern of {@link DateTimeFormatter}. Default: ISO 8601,
   * such as {@code 10:00} or {@code 10:00:00}, with an optional fraction of up to nine digits.
   *
   * @throws InvalidSettingException if the pattern is invalid
   */
  public TextOptions timeFormat(String pattern) {
    DateTimeFormatter time = formatter("timeFormat", pattern);
    return with(
        new Temporal(
            temporal.timestamp, temporal.timestampUnit, temporal.date, time, temporal.zoneless));
  }

  /** Sets the time zone of timestamps without one. Default: UTC. */
  public TextOptions timeZone(ZoneId zone) {
    return with(
        new Temporal(
            temporal.timestamp,
            temporal.timestampUnit,
            temporal.date,
            temporal.time,
            new Zoneless(
                Optional.of(zone),
                temporal.zoneless.truncates,
                temporal.zoneless.formatsAreFixed)));
  }

  /** Sets the form of blobs. Default: {@link BlobForm#UNAMBIGUOUS}. */
  public TextOptions blobForm(BlobForm form) {
    return new TextOptions(temporal, Objects.requireNonNull(form), booleans, numberLocale);
  }

  /**
   * Sets the words of booleans, in any case. Default: true, t, yes, y and 1; false, f, no, n and 0.
   *
   * @throws InvalidSettingException if the words are blank or equal
   */
  public TextOptions booleans(String yes, String no) {
    if (yes.isBlank() || no.isBlank() || yes.equalsIgnoreCase(no)) {
      throw new InvalidSettingException(
          "booleans",
          String.format("booleans takes two different words, not \"%s\" and \"%s\"", yes, no));
    }
    return new TextOptions(
        temporal, blobForm, Optional.of(new BooleanWords(yes, no)), numberLocale);
  }

  /**
   * Sets the locale of plain texts of numbers, with its digits and separators. Default: none.
   *
   * @throws InvalidSettingException if Java does not know the locale
   */
  public TextOptions numberLocale(Locale locale) {
    List<Locale> known = List.of(DecimalFormatSymbols.getAvailableLocales());
    if (locale.getLanguage().isEmpty() || !known.contains(locale.stripExtensions())) {
      throw new InvalidSettingException(
          "numberLocale",
          String.format(
              "numberLocale is \"%s\", which Java does not know; it takes a locale such as de-DE",
              locale.toLanguageTag()));
    }
    return new TextOptions(temporal, blobForm, booleans, Optional.of(locale));
  }

  /** Returns the locale of numbers; empty for the default form. */
  Optional<Locale> numberLocale() {
    return numberLocale;
  }

  /** Returns the words of booleans; empty for the default words. */
  Optional<BooleanWords> booleans() {
    return booleans;
  }

  /** Returns the form of blobs. */
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

  Zoneless zoneless() {
    return temporal.zoneless;
  }

  private TextOptions timestamps(@Nullable DateTimeFormatter formatter, @Nullable TimeUnit unit) {
    return with(new Temporal(formatter, unit, temporal.date, temporal.time, temporal.zoneless));
  }

  private TextOptions with(Temporal other) {
    return new TextOptions(other, blobForm, booleans, numberLocale);
  }

  private static DateTimeFormatter formatter(String setting, String pattern) {
    try {
      // Lenient parsing would turn February 30 into another day.
      return DateTimeFormatter.ofPattern(withoutEra(pattern), Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);
    } catch (IllegalArgumentException e) {
      throw new InvalidSettingException(
          setting,
          setting
              + " \""
              + pattern
              + "\" is not a valid pattern of java.time.format.DateTimeFormatter: "
              + e.getMessage());
    }
  }

  /** Replaces y by u outside quotes: users write y, which needs an era. */
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
