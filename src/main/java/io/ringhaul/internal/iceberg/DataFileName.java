package io.ringhaul.internal.iceberg;

import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.FileFormat;

/**
 * Names of data files and {@linkplain RowFile row files}. A name has the number of the task or
 * final step, the export's id and a random UUID. The export's id distinguishes its files from all
 * others under the table's location. Names are unique, so files are compared by name: the same
 * location may have several spellings.
 */
final class DataFileName {

  private static final String UUID_FORM =
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  /** An incomplete file is hidden; see {@link LocalFileIO.DurableOutputFile#temporary}. */
  private static final Pattern FORM =
      Pattern.compile(
          "\\.?[0-9]{5,}-("
              + UUID_FORM
              + ")-"
              + UUID_FORM
              + "\\.(?:parquet|rows)(?:\\.tmp|\\.crc)?");

  private DataFileName() {}

  /** Returns a new name for a data file of the task or final step. */
  static String next(UUID job, int task) {
    return FileFormat.PARQUET.addExtension(stem(job, task));
  }

  /** Returns a new name for the row file of the task. */
  static String nextRows(UUID job, int task) {
    return stem(job, task) + ".rows";
  }

  private static String stem(UUID job, int task) {
    return String.format("%05d-%s-%s", task, job, UUID.randomUUID());
  }

  /** Returns whether the name is that of a complete or incomplete file of this export. */
  static boolean isOf(UUID job, String name) {
    Matcher matcher = FORM.matcher(name);
    return matcher.matches() && job.toString().equals(matcher.group(1));
  }

  /** Returns the file name at the end of a location. */
  static String of(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
