package io.ringhaul.internal.text;

import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.ValuePath;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The parsers and writers of dates, times of day and timestamps. Text is ISO 8601 in the proleptic
 * Gregorian calendar.
 */
final class TemporalText {

  private static final long NANOS_PER_MILLI = 1_000_000;

  static final long SECONDS_PER_DAY = 86_400;
  static final long NANOS_PER_SECOND = 1_000_000_000;
  static final long NANOS_PER_DAY = SECONDS_PER_DAY * NANOS_PER_SECOND;

  private static final long DAYS_PER_ERA = 146_097;
  private static final int YEARS_PER_ERA = 400;

  /** Days from 0000-03-01 to 1970-01-01. */
  private static final long EPOCH_SHIFT = 719_468;

  private static final long MILLIS_PER_DAY = 1_000 * SECONDS_PER_DAY;

  private TemporalText() {}

  static final class DateParser extends ScalarParser {

    private final @Nullable DateTimeFormatter formatter;
    private final String orFormat;

    DateParser(ValuePath path, TextOptions options) {
      super(path, CqlKind.DATE);
      this.formatter = options.dateFormatter();
      this.orFormat = options.zoneless().orSet(Setting.DATE_FORMAT);
    }

    @Override
    public void parse(String text, ByteSink out) {
      long day = formatter == null ? isoDay(text) : patternDay(text, formatter);
      if (day != (int) day) {
        throw path.error(
            "is the date "
                + excerpt(text)
                + ", outside the range -5877641-06-23 to +5881580-07-11 of a CQL date");
      }
      out.putInt((int) day ^ Integer.MIN_VALUE);
    }

    private long isoDay(String text) {
      CalendarParser calendar = new CalendarParser(text);
      long day = calendar.epochDay();
      if (calendar.failed()) {
        throw noValue(text, "; use the form 2020-01-31" + orFormat);
      }
      return day;
    }

    private long patternDay(String text, DateTimeFormatter pattern) {
      try {
        return LocalDate.parse(text, pattern).toEpochDay();
      } catch (DateTimeException e) {
        throw noValue(text, " in the format that " + Setting.DATE_FORMAT.mark() + " sets");
      }
    }
  }

  static final class TimeParser extends ScalarParser {

    private final @Nullable DateTimeFormatter formatter;
    private final String orFormat;

    TimeParser(ValuePath path, TextOptions options) {
      super(path, CqlKind.TIME);
      this.formatter = options.timeFormatter();
      this.orFormat = options.zoneless().orSet(Setting.TIME_FORMAT);
    }

    @Override
    public void parse(String text, ByteSink out) {
      out.putLong(formatter == null ? isoNanos(text) : patternNanos(text, formatter));
    }

    private long isoNanos(String text) {
      CalendarParser calendar = new CalendarParser(text);
      long nanos = calendar.nanoOfDay();
      if (calendar.failed()) {
        throw noValue(text, "; use the form 10:00:00.123456789" + orFormat);
      }
      return nanos;
    }

    private long patternNanos(String text, DateTimeFormatter pattern) {
      try {
        return LocalTime.parse(text, pattern).toNanoOfDay();
      } catch (DateTimeException e) {
        throw noValue(text, " in the format that " + Setting.TIME_FORMAT.mark() + " sets");
      }
    }
  }

  static final class TimestampParser extends ScalarParser {

    private final @Nullable DateTimeFormatter formatter;
    private final @Nullable TimeUnit unit;
    private final TextOptions.Zoneless zoneless;

    TimestampParser(ValuePath path, TextOptions options) {
      super(path, CqlKind.TIMESTAMP);
      this.formatter = options.timestampFormatter();
      this.unit = options.timestampUnit();
      this.zoneless = options.zoneless();
    }

    @Override
    boolean takes(JsonToken token) {
      return unit != null && token == JsonToken.VALUE_NUMBER_INT;
    }

    @Override
    public void parse(String text, ByteSink out) {
      if (unit != null) {
        out.putLong(counted(text, unit));
      } else if (formatter != null) {
        out.putLong(byPattern(text, formatter));
      } else {
        out.putLong(byCql(text));
      }
    }

    private long counted(String text, TimeUnit countUnit) {
      try {
        BigInteger nanos =
            BigInteger.valueOf(Long.parseLong(text))
                .multiply(BigInteger.valueOf(countUnit.toNanos(1)));
        BigInteger[] millis = nanos.divideAndRemainder(BigInteger.valueOf(NANOS_PER_MILLI));
        if (millis[1].signum() != 0) {
          throw finerThanMillis(text);
        }
        return millis[0].longValueExact();
      } catch (NumberFormatException e) {
        throw noValue(text, ": it must be a count of " + countUnit + " since the epoch");
      } catch (ArithmeticException e) {
        throw rangeError(text);
      }
    }

    private long byPattern(String text, DateTimeFormatter pattern) {
      try {
        TemporalAccessor parsed = pattern.parse(text);
        if (parsed.isSupported(ChronoField.INSTANT_SECONDS)) {
          return millis(text, Instant.from(parsed));
        }
        LocalDate date = parsed.query(TemporalQueries.localDate());
        LocalTime time = parsed.query(TemporalQueries.localTime());
        ZoneId own = parsed.query(TemporalQueries.zone());
        if (date == null) {
          throw noValue(text, ": it has no date");
        }
        LocalDateTime local = date.atTime(time == null ? LocalTime.MIDNIGHT : time);
        return millis(text, local.atZone(own == null ? zone(text) : own).toInstant());
      } catch (DateTimeException e) {
        throw noValue(text, " in the format that " + Setting.TIMESTAMP_FORMAT.mark() + " sets");
      }
    }

    /** Parses the forms that CQL accepts, except numbers: the unit of a number would be a guess. */
    private long byCql(String text) {
      CalendarParser calendar = new CalendarParser(text);
      long day = calendar.epochDay();
      long nanoOfDay = 0;
      if (!calendar.atEnd() && (calendar.skip('T') || calendar.skip(' '))) {
        nanoOfDay = calendar.nanoOfDay();
        calendar.skip(' ');
      }
      if (!calendar.failed()) {
        requireMillis(text, nanoOfDay);
      }
      boolean hasOffset = calendar.atOffset();
      long seconds = day * SECONDS_PER_DAY + nanoOfDay / NANOS_PER_SECOND;
      if (hasOffset) {
        seconds -= calendar.offsetSeconds();
      }
      if (calendar.failed()) {
        throw noValue(
            text,
            "; use the form 2020-01-31T10:00:00.123Z" + zoneless.orSet(Setting.TIMESTAMP_FORMAT));
      }
      requireMillis(text, nanoOfDay);
      if (!hasOffset && !zone(text).equals(ZoneOffset.UTC)) {
        seconds = zoned(zone(text), day, nanoOfDay);
      }
      long milliOfSecond = nanoOfDay % NANOS_PER_SECOND / NANOS_PER_MILLI;
      return millis(text, seconds, milliOfSecond);
    }

    private ZoneId zone(String text) {
      return zoneless
          .zone()
          .orElseThrow(
              () ->
                  path.error(
                      "is the timestamp "
                          + excerpt(text)
                          + " without a time zone; set its zone with "
                          + Setting.TIME_ZONE.callWithValue()));
    }

    private static long zoned(ZoneId zone, long day, long nanoOfDay) {
      LocalDateTime local = LocalDate.ofEpochDay(day).atTime(LocalTime.ofNanoOfDay(nanoOfDay));
      return local.atZone(zone).toEpochSecond();
    }

    private long millis(String text, Instant instant) {
      requireMillis(text, instant.getNano());
      return millis(text, instant.getEpochSecond(), instant.getNano() / NANOS_PER_MILLI);
    }

    private long millis(String text, long seconds, long milliOfSecond) {
      // One second less in magnitude, so that the product does not overflow when the sum is in
      // range.
      long whole = seconds < 0 ? seconds + 1 : seconds;
      long rest = seconds < 0 ? milliOfSecond - 1_000 : milliOfSecond;
      try {
        return Math.addExact(Math.multiplyExact(whole, 1_000L), rest);
      } catch (ArithmeticException e) {
        throw rangeError(text);
      }
    }

    private RuntimeException rangeError(String text) {
      return path.error(
          "is the timestamp " + excerpt(text) + ", outside the range of a CQL timestamp");
    }

    /** Checks that a time of day or of a second is in whole milliseconds, unless it is cut off. */
    private void requireMillis(String text, long nanos) {
      if (nanos % NANOS_PER_MILLI != 0 && !zoneless.truncates()) {
        throw finerThanMillis(text);
      }
    }

    private RuntimeException finerThanMillis(String text) {
      return path.error(
          "is the timestamp "
              + excerpt(text)
              + "; a CQL timestamp has milliseconds only"
              + (zoneless.formatsAreFixed()
                  ? "; cut off the rest with " + Setting.TRUNCATE_TIMESTAMPS.call()
                  : ""));
    }
  }

  static final class DateWriter extends FixedWriter {

    DateWriter(ValuePath path) {
      super(path, CqlKind.DATE, Integer.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      putDate(bytes.getInt(offset) ^ Integer.MIN_VALUE, out);
    }
  }

  static final class TimeWriter extends FixedWriter {

    TimeWriter(ValuePath path) {
      super(path, CqlKind.TIME, Long.BYTES);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      long nanos = bytes.getLong(offset);
      if (nanos < 0 || nanos >= NANOS_PER_DAY) {
        throw path.error("is a time of " + nanos + " ns, which is not within a day");
      }
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      putTime(bytes.getLong(offset), out);
    }
  }

  static final class TimestampWriter extends FixedWriter {

    TimestampWriter(ValuePath path) {
      super(path, CqlKind.TIMESTAMP, Long.BYTES);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      putInstant(bytes.getLong(offset), out);
    }
  }

  /** Appends a day counted from 1970-01-01. Years before 0000 and after 9999 carry a sign. */
  static void putDate(long epochDay, TextSink out) {
    // Years start in March, so that the leap day is the last day of its year.
    long day = epochDay + EPOCH_SHIFT;
    long era = Math.floorDiv(day, DAYS_PER_ERA);
    long dayOfEra = day - era * DAYS_PER_ERA;
    long yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    long marchMonth = (5 * dayOfYear + 2) / 153;
    long dayOfMonth = dayOfYear - (153 * marchMonth + 2) / 5 + 1;
    long month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
    long year = yearOfEra + era * YEARS_PER_ERA + (month <= 2 ? 1 : 0);

    if (year < 0) {
      out.put('-');
    } else if (year > 9_999) {
      out.put('+');
    }
    long absolute = Math.abs(year);
    out.putPadded(absolute, Math.max(4, TextSink.digits(absolute)));
    out.put('-');
    out.putPadded(month, 2);
    out.put('-');
    out.putPadded(dayOfMonth, 2);
  }

  /** Appends the time of day with a fraction of zero, three, six or nine digits. */
  static void putTime(long nanoOfDay, TextSink out) {
    long second = nanoOfDay / NANOS_PER_SECOND;
    long nanos = nanoOfDay % NANOS_PER_SECOND;
    putSeconds(second, out);
    if (nanos == 0) {
      return;
    }
    out.put('.');
    if (nanos % 1_000_000 == 0) {
      out.putPadded(nanos / 1_000_000, 3);
    } else if (nanos % 1_000 == 0) {
      out.putPadded(nanos / 1_000, 6);
    } else {
      out.putPadded(nanos, 9);
    }
  }

  /** Appends the instant in UTC. The milliseconds are left out if they are zero. */
  static void putInstant(long epochMilli, TextSink out) {
    long day = Math.floorDiv(epochMilli, MILLIS_PER_DAY);
    long milliOfDay = epochMilli - day * MILLIS_PER_DAY;
    putDate(day, out);
    out.put('T');
    putSeconds(milliOfDay / 1_000, out);
    if (milliOfDay % 1_000 != 0) {
      out.put('.');
      out.putPadded(milliOfDay % 1_000, 3);
    }
    out.put('Z');
  }

  private static void putSeconds(long secondOfDay, TextSink out) {
    out.putPadded(secondOfDay / 3_600, 2);
    out.put(':');
    out.putPadded(secondOfDay / 60 % 60, 2);
    out.put(':');
    out.putPadded(secondOfDay % 60, 2);
  }

  /**
   * Reads the parts of an ISO 8601 text. A missing part or a part that is out of range sets {@link
   * #failed}; results of later calls are undefined.
   */
  private static final class CalendarParser {

    private static final int[] DAYS_OF_MONTH = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private final String text;
    private int index;
    private boolean failed;

    CalendarParser(String text) {
      this.text = text;
    }

    /** Returns true if a part was missing or out of range, or if text is left. */
    boolean failed() {
      return failed || index < text.length();
    }

    /** Returns true if all text was read. */
    boolean atEnd() {
      return index == text.length();
    }

    /** Reads the character if it is next. */
    boolean skip(char c) {
      if (index < text.length() && text.charAt(index) == c) {
        index++;
        return true;
      }
      return false;
    }

    /** Reads a date and returns the days since 1970-01-01. */
    long epochDay() {
      boolean negative = skip('-');
      boolean signed = negative || skip('+');
      int start = index;
      while (index < text.length() && isDigit(text.charAt(index))) {
        index++;
      }
      int digits = index - start;
      // No CQL type needs more than nine digits. Without a sign, five or more digits are as likely
      // a typing error as a year.
      if (digits < 4 || digits > (signed ? 9 : 4)) {
        failed = true;
        return 0;
      }
      long year = Long.parseLong(text, start, index, 10);
      year = negative ? -year : year;
      expect('-');
      int month = twoDigits(12);
      expect('-');
      int day = twoDigits(31);
      if (failed || month == 0 || day == 0 || day > DAYS_OF_MONTH[month - 1]) {
        failed = true;
        return 0;
      }
      boolean isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
      if (month == 2 && day == 29 && !isLeap) {
        failed = true;
      }
      return epochDay(year, month, day);
    }

    private static long epochDay(long year, int month, int day) {
      // Years start in March, so that the leap day is the last day of its year.
      long marchYear = month <= 2 ? year - 1 : year;
      long era = Math.floorDiv(marchYear, 400L);
      long yearOfEra = marchYear - era * 400;
      long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
      long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
      return era * 146_097 + dayOfEra - 719_468;
    }

    /** Reads a time of day: hours and minutes, optionally with seconds and a fraction. */
    long nanoOfDay() {
      long second = twoDigits(23) * 3_600L;
      expect(':');
      second += twoDigits(59) * 60L;
      long nanos = 0;
      if (skip(':')) {
        second += twoDigits(59);
        if (skip('.')) {
          nanos = fraction();
        }
      }
      return second * NANOS_PER_SECOND + nanos;
    }

    private long fraction() {
      int start = index;
      long nanos = 0;
      long unit = 100_000_000;
      while (index < text.length() && isDigit(text.charAt(index))) {
        nanos += (text.charAt(index++) - '0') * unit;
        unit /= 10;
      }
      failed |= index == start || index - start > 9;
      return nanos;
    }

    /** Returns true if an offset from UTC follows. */
    boolean atOffset() {
      return index < text.length() && "Z+-".indexOf(text.charAt(index)) >= 0;
    }

    /** Reads an offset from UTC: Z, hours, or hours and minutes with an optional colon. */
    int offsetSeconds() {
      if (skip('Z')) {
        return 0;
      }
      int sign = skip('-') ? -1 : 1;
      if (sign > 0) {
        expect('+');
      }
      int seconds = twoDigits(18) * 3_600;
      if (skip(':') || !atEnd()) {
        seconds += twoDigits(59) * 60;
      }
      failed |= seconds > 18 * 3_600;
      return sign * seconds;
    }

    private void expect(char c) {
      failed |= !skip(c);
    }

    private int twoDigits(int greatest) {
      if (text.length() - index < 2
          || !isDigit(text.charAt(index))
          || !isDigit(text.charAt(index + 1))) {
        failed = true;
        return 0;
      }
      int value = (text.charAt(index) - '0') * 10 + text.charAt(index + 1) - '0';
      index += 2;
      failed |= value > greatest;
      return value;
    }

    private static boolean isDigit(char c) {
      return c >= '0' && c <= '9';
    }
  }
}
