package io.ringhaul.internal.files;

import io.ringhaul.format.ExportDescription;
import java.util.Map;

/** How rows become part files: an immutable description that knows nothing of folders. */
public interface OutputFormat {

  /** The format's name in plans and manifests, such as {@code csv}. */
  String name();

  /** The extension of part files, without a dot and without that of a compression. */
  String extension();

  /**
   * Whether the files compress their content themselves, as Parquet does. Otherwise what {@link
   * PartWriter} writes is compressed as a whole.
   */
  boolean compressesItself();

  /**
   * Checks that the export's columns can be written, and gives what writing and reading the files
   * takes, in texts: they travel in the plan and stand in the manifest.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the format cannot take the columns
   */
  Map<String, String> properties(ExportDescription export);

  /**
   * A writer for the files of one task.
   *
   * @param context what to write; its properties come from {@link #properties}, perhaps of another
   *     process
   */
  PartWriter writer(WriterContext context);
}
