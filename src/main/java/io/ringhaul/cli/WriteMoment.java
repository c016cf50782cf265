package io.ringhaul.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A time in microseconds since 1970: as a number, or like {@code 2026-01-31T00:00:00Z}. */
final class WriteMoment implements ITypeConverter<Long> {

  private static final int NANOS_PER_MICRO = 1_000;
  private static final long MICROS_PER_SECOND = 1_000_000;

  @Override
  public Long convert(String value) {
    String text = value.strip();
    try {
      if (text.matches("-?[0-9]+")) {
        return Long.parseLong(text);
      }
      Instant moment = DateTimeFormatter.ISO_DATE_TIME.parse(text, Instant::from);
      if (moment.get(ChronoField.NANO_OF_SECOND) % NANOS_PER_MICRO == 0) {
        return Math.addExact(
            Math.multiplyExact(moment.getEpochSecond(), MICROS_PER_SECOND),
            moment.getNano() / NANOS_PER_MICRO);
      }
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      // The same answer as to any other form.
    }
    throw new TypeConversionException(
        "'" + value + "' is not a time like 2026-01-31T00:00:00Z, nor microseconds since 1970");
  }
}
