package io.ringhaul.internal.files;

import io.ringhaul.format.RowReader;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How part files become rows: the counterpart of {@link OutputFormat}. */
public interface InputFormat {

  /** The format's name in plans and manifests, such as {@code csv}. */
  String name();

  /** The extensions of its files, in lower case, without dots and without those of compressions. */
  Set<String> extensions();

  /** As {@link OutputFormat#compressesItself()}. */
  boolean compressesItself();

  /**
   * The exact CQL types of the columns, as far as the files themselves tell them; asked only where
   * no manifest does.
   */
  default Optional<TableSchema> schema(List<SourceFile> files) throws IOException {
    return Optional.empty();
  }

  /**
   * Looks at the source: which columns its files have, which of them cannot go to the table's
   * columns of those names, and what reading takes. Messages of failures name the file.
   *
   * @param table the table that is imported into
   * @param manifest the folder's manifest; empty for files of other tools
   * @param files all of them, at least one, each as a whole
   * @throws io.ringhaul.exceptions.BulkOperationException if the files cannot be read as this
   *     format
   */
  SourceLayout layout(TableDescription table, Optional<Manifest> manifest, List<SourceFile> files)
      throws IOException;

  /**
   * Whether the file can be read in byte ranges that know nothing of each other: each row belongs
   * to exactly one of them, wherever the bounds lie.
   */
  boolean isSplittable(SourceFile file);

  /**
   * Reads the rows of a file, or of a range of it.
   *
   * @param properties as {@link #layout} gave them, perhaps in another process
   * @param columns the columns to read, in the order in which rows carry them; all of them are in
   *     the layout
   */
  RowReader open(Map<String, String> properties, List<ColumnDescription> columns, SourceFile file)
      throws IOException;
}
