package io.ringhaul.cli;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.tuning.LatencyBound;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A bound on a latency, {@code 20ms}, and the time that it is taken of, {@code 20ms/30s}. */
final class LatencyBoundText implements ITypeConverter<LatencyBound> {

  private static final Pattern BOUND =
      Pattern.compile("([0-9]{1,6})(ms|s)(?:/([0-9]{1,6})(ms|s|m))?");

  @Override
  public LatencyBound convert(String value) {
    Matcher bound = BOUND.matcher(value.strip().toLowerCase(Locale.ROOT));
    if (!bound.matches()) {
      throw new TypeConversionException(
          "'" + value + "' is not a latency, such as 20ms, with the time it is taken of 20ms/30s");
    }
    try {
      return new LatencyBound(
          duration(bound.group(1), bound.group(2)),
          bound.group(3) == null
              ? LatencyBound.USUAL_TIME
              : duration(bound.group(3), bound.group(4)));
    } catch (InvalidSettingException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static Duration duration(String number, String unit) {
    long value = Long.parseLong(number);
    return switch (unit) {
      case "ms" -> Duration.ofMillis(value);
      case "s" -> Duration.ofSeconds(value);
      default -> Duration.ofMinutes(value);
    };
  }
}
