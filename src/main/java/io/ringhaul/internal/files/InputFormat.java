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

/** Reads rows from part files. The counterpart of {@link OutputFormat}. */
public interface InputFormat {

  /** Returns the format's name in plans and manifests, such as {@code csv}. */
  String name();

  /**
   * Returns the extensions of the format's files, in lower case, without dots and without
   * compression suffixes.
   */
  Set<String> extensions();

  /** See {@link OutputFormat#compressesItself()}. */
  boolean compressesItself();

  /**
   * Returns the exact CQL types of the columns if the files contain them. Called only for files
   * without a manifest. Default: empty.
   */
  default Optional<TableSchema> schema(List<SourceFile> files) throws IOException {
    return Optional.empty();
  }

  /**
   * Returns the schema of a table that could hold the rows, without a primary key, made of the
   * types of files that contain no CQL types; empty if the format has no types. Default: empty.
   *
   * @param keyspace the stored name of the target keyspace
   * @param table the stored name of the target table
   */
  default Optional<TableSchema> derivedSchema(String keyspace, String table, List<SourceFile> files)
      throws IOException {
    return Optional.empty();
  }

  /**
   * Inspects the files: their columns, the columns that do not fit the table's columns of the same
   * name, and the properties that reading needs. Failure messages name the file.
   *
   * @param table the target table
   * @param manifest the folder's manifest; empty for files of other tools
   * @param files all files of the source, at least one, each as a whole
   * @throws io.ringhaul.exceptions.BulkOperationException if the files cannot be read as this
   *     format
   */
  SourceLayout layout(TableDescription table, Optional<Manifest> manifest, List<SourceFile> files)
      throws IOException;

  /**
   * Returns whether byte ranges of the file can be read independently: each row belongs to exactly
   * one range, for any choice of range bounds.
   */
  boolean isSplittable(SourceFile file);

  /**
   * Reads the rows of a file or file range.
   *
   * @param properties the properties that {@link #layout} returned, possibly in another process
   * @param columns the columns to read, in the order of the rows' values; the layout contains all
   *     of them
   */
  RowReader open(Map<String, String> properties, List<ColumnDescription> columns, SourceFile file)
      throws IOException;
}
