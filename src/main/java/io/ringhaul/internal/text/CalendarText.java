package io.ringhaul.internal.text;

/** Days, times of day and instants as ISO 8601 writes them, by the proleptic Gregorian calendar. */
final class CalendarText {

  static final long SECONDS_PER_DAY = 86_400;
  static final long NANOS_PER_SECOND = 1_000_000_000;
  static final long NANOS_PER_DAY = SECONDS_PER_DAY * NANOS_PER_SECOND;

  private static final long DAYS_PER_ERA = 146_097;
  private static final int YEARS_PER_ERA = 400;

  /** Days from 0000-03-01 to 1970-01-01. */
  private static final long EPOCH_SHIFT = 719_468;

  private static final long MILLIS_PER_DAY = 1_000 * SECONDS_PER_DAY;

  private CalendarText() {}

  /** Appends the day, counted from 1970-01-01; years beyond four digits carry a sign. */
  static void putDate(long epochDay, TextSink out) {
    // Years start in March here, so that the leap day is the last of its year.
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

  /** Appends the time of day with a fraction of no, three, six or nine digits. */
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

  /** Appends the instant in UTC, with milliseconds unless there are none. */
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
}
