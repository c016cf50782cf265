package io.ringhaul.internal.iceberg;

import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.FileFormat;

/**
 * What data files are called: by the task, by the export, and at random. By the export's id its
 * files can be told from all others under the table's location, and no two files have one name, so
 * that files are compared by their names: one location may be written in several ways.
 */
final class DataFileName {

  private static final String UUID_FORM =
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  /**
   * A file that a writer was cut off from is hidden; see {@link
   * LocalFileIO.DurableOutputFile#temporary}.
   */
  private static final Pattern FORM =
      Pattern.compile(
          "\\.?[0-9]{5,}-(" + UUID_FORM + ")-" + UUID_FORM + "\\.parquet(?:\\.tmp|\\.crc)?");

  private DataFileName() {}

  /** A new name for a file of the task. */
  static String next(UUID job, int task) {
    return FileFormat.PARQUET.addExtension(
        String.format("%05d-%s-%s", task, job, UUID.randomUUID()));
  }

  /** Whether a file of that name, finished or not, is one that this export wrote. */
  static boolean isOf(UUID job, String name) {
    Matcher matcher = FORM.matcher(name);
    return matcher.matches() && job.toString().equals(matcher.group(1));
  }

  /** The name of the file at a location. */
  static String of(String location) {
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
