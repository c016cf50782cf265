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

/** The names of a file's fields, and which columns of a table they mean. */
final class FileHeader {

  private FileHeader() {}

  /**
   * The names on the line.
   *
   * @throws StorageException if one is empty or stands there twice
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
   * The stored names of the columns that the names mean: exactly, or else but for upper and lower
   * case if one column alone is left. A name that means no column stays as it is.
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

  /** The failure of a file whose header is not to be understood. */
  static StorageException error(SourceFile file, String what) {
    return new StorageException(
        file.toString(),
        String.format(
            "The file %s cannot be read as CSV: %s. Check the delimiter and the dialect, or read it"
                + " without header and name its columns",
            file, what),
        null);
  }
}
