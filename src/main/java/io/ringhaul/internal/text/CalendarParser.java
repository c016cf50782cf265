package io.ringhaul.internal.text;

/**
 * Reads ISO 8601 from a text, part by part. A part that is not there, or is out of its range, makes
 * it {@linkplain #failed fail}; what is read after that means nothing.
 */
final class CalendarParser {

  private static final int[] DAYS_OF_MONTH = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private final String text;
  private int index;
  private boolean failed;

  CalendarParser(String text) {
    this.text = text;
  }

  /** Whether the text was other than asked for, or goes on. */
  boolean failed() {
    return failed || index < text.length();
  }

  /** Whether the whole text was read. */
  boolean atEnd() {
    return index == text.length();
  }

  /** Reads the character if it is there. */
  boolean skip(char c) {
    if (index < text.length() && text.charAt(index) == c) {
      index++;
      return true;
    }
    return false;
  }

  /** Reads a date; the days from 1970-01-01 to it. */
  long epochDay() {
    boolean negative = skip('-');
    boolean signed = negative || skip('+');
    int start = index;
    while (index < text.length() && isDigit(text.charAt(index))) {
      index++;
    }
    int digits = index - start;
    // Nine digits are more than any CQL type reaches. Without a sign, five or more are a typing
    // error as likely as a year.
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
    // Years start in March here, so that the leap day is the last of its year.
    long marchYear = month <= 2 ? year - 1 : year;
    long era = Math.floorDiv(marchYear, 400L);
    long yearOfEra = marchYear - era * 400;
    long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097 + dayOfEra - 719_468;
  }

  /** Reads a time of day: hours and minutes, perhaps seconds, perhaps a fraction of them. */
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
    return second * CalendarText.NANOS_PER_SECOND + nanos;
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

  /** Whether an offset from UTC follows. */
  boolean atOffset() {
    return index < text.length() && "Z+-".indexOf(text.charAt(index)) >= 0;
  }

  /** Reads an offset from UTC: Z, or hours, or hours and minutes with or without a colon. */
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
