package io.ringhaul.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * KEYSPACE.TABLE in CQL form: a part in double quotes keeps its case and may hold any character.
 *
 * @param keyspace the keyspace in CQL form
 * @param table the table in CQL form
 */
record TableArgument(String keyspace, String table) {

  private static final String PART = "(\"(?:[^\"]|\"\")+\"|[^\".]+)";
  private static final Pattern NAME = Pattern.compile(PART + "\\." + PART);

  /** For picocli. */
  static final class Converter implements ITypeConverter<TableArgument> {
    @Override
    public TableArgument convert(String value) {
      Matcher name = NAME.matcher(value);
      if (!name.matches()) {
        throw new TypeConversionException("'" + value + "' is not KEYSPACE.TABLE");
      }
      CqlName part = new CqlName();
      return new TableArgument(part.convert(name.group(1)), part.convert(name.group(2)));
    }
  }

  @Override
  public String toString() {
    return keyspace + "." + table;
  }
}
