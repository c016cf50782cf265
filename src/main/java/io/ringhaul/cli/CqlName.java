package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A name in CQL form, checked where it is given: {@code orders} or {@code "Orders"}. */
final class CqlName implements ITypeConverter<String> {

  /**
   * The names of an option that takes others beside them.
   *
   * @throws InvalidSettingException if one is no name
   */
  static List<String> all(String option, List<String> values) {
    CqlName converter = new CqlName();
    try {
      return values.stream().map(converter::convert).toList();
    } catch (TypeConversionException e) {
      throw new InvalidSettingException(option, option + ": " + e.getMessage());
    }
  }

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
