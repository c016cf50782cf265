package io.ringhaul.internal.files;

import io.ringhaul.format.ExportDescription;
import java.util.Map;

/** Writes rows to part files. Immutable and independent of folders. */
public interface OutputFormat {

  /** Returns the format's name in plans and manifests, such as {@code csv}. */
  String name();

  /** Returns the extension of part files, without a dot and without a compression suffix. */
  String extension();

  /**
   * Returns whether the format compresses its content itself, as Parquet does. Otherwise the output
   * of {@link PartWriter} is compressed as a whole.
   */
  boolean compressesItself();

  /**
   * Checks that the format can write the export's columns and returns the properties that writing
   * and reading the files need. The plan and the manifest contain them.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the format cannot write the columns
   */
  Map<String, String> properties(ExportDescription export);

  /** Returns the types of the columns in the files, by stored name; none if they are texts. */
  default Map<String, String> types(ExportDescription export) {
    return Map.of();
  }

  /**
   * Returns a writer for the files of one task.
   *
   * @param context the export's settings; its properties come from {@link #properties}, possibly of
   *     another process
   */
  PartWriter writer(WriterContext context);
}
