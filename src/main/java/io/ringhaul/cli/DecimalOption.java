package io.ringhaul.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A column that is written with a fixed precision and scale.
 *
 * @param column its name, in CQL form
 * @param precision how many digits
 * @param scale how many of them behind the point
 */
record DecimalOption(String column, int precision, int scale) {

  /** From {@code amount=12,2}. */
  static final class Converter implements ITypeConverter<DecimalOption> {

    private static final Pattern FORM = Pattern.compile("(.+)=([0-9]{1,2}),([0-9]{1,2})");

    @Override
    public DecimalOption convert(String value) {
      Matcher form = FORM.matcher(value.strip());
      if (!form.matches()) {
        throw new TypeConversionException(
            "'" + value + "' does not name a column, a precision and a scale, as in amount=12,2");
      }
      return new DecimalOption(
          new CqlName().convert(form.group(1)),
          Integer.parseInt(form.group(2)),
          Integer.parseInt(form.group(3)));
    }
  }
}
