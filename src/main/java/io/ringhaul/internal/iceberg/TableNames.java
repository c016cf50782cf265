package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.InvalidSettingException;
import java.util.Arrays;
import org.apache.iceberg.catalog.TableIdentifier;

/** Parses names of Iceberg tables, branches and tags. */
public final class TableNames {

  private TableNames() {}

  public static TableIdentifier parse(String name) {
    String[] parts = name.split("\\.", -1);
    if (parts.length < 2 || Arrays.stream(parts).anyMatch(String::isBlank)) {
      throw new InvalidSettingException(
          "table",
          "\"" + name + "\" is not the name of an Iceberg table; it must be namespace.table");
    }
    return TableIdentifier.of(parts);
  }

  /**
   * Returns the identifier of a table.
   *
   * @throws InvalidSettingException if the namespace is missing or a part is blank
   */
  public static TableIdentifier checked(TableIdentifier table) {
    if (!table.hasNamespace()
        || table.name().isBlank()
        || Arrays.stream(table.namespace().levels()).anyMatch(String::isBlank)) {
      throw new InvalidSettingException(
          "table", "\"" + table + "\" does not identify an Iceberg table; it needs a namespace");
    }
    return table;
  }

  /**
   * Returns the name of a branch or tag.
   *
   * @throws InvalidSettingException if the name is blank
   */
  public static String ref(String setting, String name) {
    if (name.isBlank()) {
      throw new InvalidSettingException(setting, setting + " is blank; it must be a name");
    }
    return name;
  }
}
