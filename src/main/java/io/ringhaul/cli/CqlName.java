package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A name in CQL form, checked where it is given: {@code orders} or {@code "Orders"}. */
final class CqlName implements ITypeConverter<String> {

  @Override
  public String convert(String value) {
    String name = value.strip();
    try {
      CqlIdentifier.fromCql(name);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(
          "'"
              + value
              + "' is not a name in CQL form; names with other characters than letters,"
              + " digits and _ stand in double quotes");
    }
    return name;
  }
}
