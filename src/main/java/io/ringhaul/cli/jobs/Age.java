package io.ringhaul.cli.jobs;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A length of time: {@code 90s}, {@code 30m}, {@code 12h}, {@code 7d}, or as ISO 8601 has it. */
public final class Age implements ITypeConverter<Duration> {

  private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})([smhd])");

  @Override
  public Duration convert(String value) {
    Matcher age = SHORT.matcher(value.strip().toLowerCase(Locale.ROOT));
    if (age.matches()) {
      long number = Long.parseLong(age.group(1));
      return switch (age.group(2)) {
        case "s" -> Duration.ofSeconds(number);
        case "m" -> Duration.ofMinutes(number);
        case "h" -> Duration.ofHours(number);
        default -> Duration.ofDays(number);
      };
    }
    try {
      Duration parsed = Duration.parse(value.strip());
      if (!parsed.isNegative()) {
        return parsed;
      }
    } catch (DateTimeException e) {
      // The same answer as to a negative one.
    }
    throw new TypeConversionException(
        "'" + value + "' is not a length of time, such as 90s, 30m, 12h, 7d or P7D");
  }
}
