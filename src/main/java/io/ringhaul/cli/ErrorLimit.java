package io.ringhaul.cli;

import io.ringhaul.ImportRequest;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How many rows an import may reject.
 *
 * @param number so many, or so many per cent of the rows read
 * @param ofRowsRead whether it is a percentage
 */
record ErrorLimit(double number, boolean ofRowsRead) {

  private static final double PERCENT = 100;

  void apply(ImportRequest request) {
    if (ofRowsRead) {
      // Not divided: 0.7 / 100 is less than 0.007 in binary.
      request.maxErrorShare(BigDecimal.valueOf(number).movePointLeft(2).doubleValue());
    } else {
      request.maxErrors((long) number);
    }
  }

  /** From {@code 137} or {@code 0.5%}. */
  static final class Converter implements ITypeConverter<ErrorLimit> {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,15})|([0-9]{1,3}(\\.[0-9]+)?)%");

    @Override
    public ErrorLimit convert(String value) {
      Matcher form = FORM.matcher(value.strip());
      if (!form.matches()
          || (form.group(2) != null && Double.parseDouble(form.group(2)) > PERCENT)) {
        throw new TypeConversionException(
            "'" + value + "' is neither a number of rows, such as 137, nor a share, such as 0.5%");
      }
      return form.group(1) != null
          ? new ErrorLimit(Long.parseLong(form.group(1)), false)
          : new ErrorLimit(Double.parseDouble(form.group(2)), true);
    }
  }
}
