package io.ringhaul.internal.text;

import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.ValuePath;
import java.math.BigInteger;
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

/** Dates, times of day and timestamps. */
final class TemporalParsers {

  private static final long NANOS_PER_MILLI = 1_000_000;

  private TemporalParsers() {}

  static final class Date extends ScalarParser {

    private final @Nullable DateTimeFormatter formatter;

    Date(ValuePath path, TextOptions options) {
      super(path, CqlKind.DATE);
      this.formatter = options.dateFormatter();
    }

    @Override
    public void parse(String text, ByteSink out) {
      long day = formatter == null ? isoDay(text) : patternDay(text, formatter);
      if (day != (int) day) {
        throw path.error(
            "is the date "
                + excerpt(text)
                + ", out of the range -5877641-06-23 to +5881580-07-11 of a CQL date");
      }
      out.putInt((int) day ^ Integer.MIN_VALUE);
    }

    private long isoDay(String text) {
      CalendarParser calendar = new CalendarParser(text);
      long day = calendar.epochDay();
      if (calendar.failed()) {
        throw noValue(
            text, "; it takes the form 2020-01-31, or that of " + Setting.DATE_FORMAT.mark());
      }
      return day;
    }

    private long patternDay(String text, DateTimeFormatter pattern) {
      try {
        return LocalDate.parse(text, pattern).toEpochDay();
      } catch (DateTimeException e) {
        throw noValue(text, " in the form that " + Setting.DATE_FORMAT.mark() + " says");
      }
    }
  }

  static final class Time extends ScalarParser {

    private final @Nullable DateTimeFormatter formatter;

    Time(ValuePath path, TextOptions options) {
      super(path, CqlKind.TIME);
      this.formatter = options.timeFormatter();
    }

    @Override
    public void parse(String text, ByteSink out) {
      out.putLong(formatter == null ? isoNanos(text) : patternNanos(text, formatter));
    }

    private long isoNanos(String text) {
      CalendarParser calendar = new CalendarParser(text);
      long nanos = calendar.nanoOfDay();
      if (calendar.failed()) {
        throw noValue(
            text,
            "; it takes the form 10:00:00.123456789, or that of " + Setting.TIME_FORMAT.mark());
      }
      return nanos;
    }

    private long patternNanos(String text, DateTimeFormatter pattern) {
      try {
        return LocalTime.parse(text, pattern).toNanoOfDay();
      } catch (DateTimeException e) {
        throw noValue(text, " in the form that " + Setting.TIME_FORMAT.mark() + " says");
      }
    }
  }

  static final class Timestamp extends ScalarParser {

    private final @Nullable DateTimeFormatter formatter;
    private final @Nullable TimeUnit unit;
    private final ZoneId zone;

    Timestamp(ValuePath path, TextOptions options) {
      super(path, CqlKind.TIMESTAMP);
      this.formatter = options.timestampFormatter();
      this.unit = options.timestampUnit();
      this.zone = options.zone();
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
        throw noValue(text, " as a count of " + countUnit + " since the epoch");
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
          throw noValue(text, " with a date");
        }
        LocalDateTime local = date.atTime(time == null ? LocalTime.MIDNIGHT : time);
        return millis(text, local.atZone(own == null ? zone : own).toInstant());
      } catch (DateTimeException e) {
        throw noValue(text, " in the form that " + Setting.TIMESTAMP_FORMAT.mark() + " says");
      }
    }

    /** What CQL takes, but for numbers: whether they are seconds or milliseconds is a guess. */
    private long byCql(String text) {
      CalendarParser calendar = new CalendarParser(text);
      long day = calendar.epochDay();
      long nanoOfDay = 0;
      if (!calendar.atEnd() && (calendar.skip('T') || calendar.skip(' '))) {
        nanoOfDay = calendar.nanoOfDay();
        calendar.skip(' ');
      }
      if (nanoOfDay % NANOS_PER_MILLI != 0 && !calendar.failed()) {
        throw finerThanMillis(text);
      }
      boolean hasOffset = calendar.atOffset();
      long seconds = day * CalendarText.SECONDS_PER_DAY + nanoOfDay / CalendarText.NANOS_PER_SECOND;
      if (hasOffset) {
        seconds -= calendar.offsetSeconds();
      }
      if (calendar.failed()) {
        throw noValue(
            text,
            "; it takes the form 2020-01-31T10:00:00.123Z, or that of "
                + Setting.TIMESTAMP_FORMAT.mark());
      }
      if (nanoOfDay % NANOS_PER_MILLI != 0) {
        throw finerThanMillis(text);
      }
      if (!hasOffset && !zone.equals(ZoneOffset.UTC)) {
        seconds = zoned(day, nanoOfDay);
      }
      long milliOfSecond = nanoOfDay % CalendarText.NANOS_PER_SECOND / NANOS_PER_MILLI;
      return millis(text, seconds, milliOfSecond);
    }

    private long zoned(long day, long nanoOfDay) {
      LocalDateTime local = LocalDate.ofEpochDay(day).atTime(LocalTime.ofNanoOfDay(nanoOfDay));
      return local.atZone(zone).toEpochSecond();
    }

    private long millis(String text, Instant instant) {
      if (instant.getNano() % NANOS_PER_MILLI != 0) {
        throw finerThanMillis(text);
      }
      return millis(text, instant.getEpochSecond(), instant.getNano() / NANOS_PER_MILLI);
    }

    private long millis(String text, long seconds, long milliOfSecond) {
      // One second less far, so that the product is in range wherever the sum is.
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
          "is the timestamp " + excerpt(text) + ", beyond the 64 bits of milliseconds of CQL");
    }

    private RuntimeException finerThanMillis(String text) {
      return path.error(
          "is the timestamp " + excerpt(text) + "; CQL's timestamps have milliseconds only");
    }
  }
}
