package io.ringhaul.internal.csv;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.files.SourceFile;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The field names of a file and the columns that they name. */
final class FileHeader {

  private FileHeader() {}

  /**
   * Returns the names on the header line.
   *
   * @throws StorageException if a name is empty or occurs twice
   */
  static List<String> names(CsvRecord record, SourceFile file) {
    List<String> names = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < record.fields(); i++) {
      String name = StandardCharsets.UTF_8.decode(record.field(i)).toString();
      if (name.isEmpty()) {
        throw error(file, String.format("field %d of its header line has no name", i + 1));
      }
      if (!seen.add(name)) {
        throw error(file, "its header line has the name " + name + " twice");
      }
      names.add(name);
    }
    return List.copyOf(names);
  }

  /**
   * Returns the stored names of the columns. A name matches a column exactly; otherwise it matches
   * ignoring case, if exactly one column remains that no name matches exactly. A name that matches
   * no column is returned unchanged.
   */
  static List<String> columns(List<String> names, TableDescription table) {
    Set<String> exact = new HashSet<>(names);
    return names.stream().map(name -> column(name, table, exact)).toList();
  }

  private static String column(String name, TableDescription table, Set<String> exact) {
    if (table.column(name).isPresent()) {
      return name;
    }
    List<String> alike =
        table.columns().stream()
            .map(ColumnDescription::name)
            .filter(column -> column.equalsIgnoreCase(name) && !exact.contains(column))
            .toList();
    return alike.size() == 1 ? alike.get(0) : name;
  }

  /** Returns the failure of a file whose header is invalid. */
  static StorageException error(SourceFile file, String what) {
    return new StorageException(
        file.toString(),
        String.format(
            "%s cannot be read as CSV: %s. Check the delimiter and the dialect, or read it"
                + " without header and name its columns",
            file.subject(), what),
        null);
  }
}
