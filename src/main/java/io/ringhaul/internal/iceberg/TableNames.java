package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.InvalidSettingException;
import java.util.Arrays;
import org.apache.iceberg.catalog.TableIdentifier;

/** Names of Iceberg tables as users write them. */
public final class TableNames {

  private TableNames() {}

  public static TableIdentifier parse(String name) {
    String[] parts = name.split("\\.", -1);
    if (parts.length < 2 || Arrays.stream(parts).anyMatch(String::isBlank)) {
      throw new InvalidSettingException(
          "table", "\"" + name + "\" is not an Iceberg table's name; it takes namespace.table");
    }
    return TableIdentifier.of(parts);
  }

  /** The name of a branch or a tag. */
  public static String ref(String setting, String name) {
    if (name.isBlank()) {
      throw new InvalidSettingException(setting, setting + " is blank; it takes a name");
    }
    return name;
  }
}
