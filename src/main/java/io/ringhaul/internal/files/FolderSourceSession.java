package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** An import from part files at work. */
public final class FolderSourceSession implements SourceSession {

  private static final int FORMAT_VERSION = 1;

  /** Small enough that one file feeds several readers, where a file of the format can be split. */
  private static final long SPLIT_BYTES = 16L << 20;

  private static final long LEAST_SPLIT_BYTES = 64L << 10;

  private final SourceLocation location;
  private final InputFormat format;
  private final VerifiedFiles verified = new VerifiedFiles();

  public FolderSourceSession(SourceLocation location, InputFormat format) {
    this.location = location;
    this.format = format;
  }

  @Override
  public SourcePlan plan(TableDescription table, List<String> columns, OptionalInt taskCount) {
    try {
      SourceSearch.Found found = new SourceSearch(location, format).run();
      SourceLayout layout = format.layout(table, found.manifest(), found.files());
      List<String> selected =
          new SourceColumns(location.text(), table, found.schema(format), layout).select(columns);
      return new SourcePlan(
          FORMAT_VERSION,
          format.name(),
          location.text(),
          selected,
          layout.properties(),
          tasks(found, taskCount));
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(e);
    }
  }

  /**
   * The CQL schema that the export has kept in its manifest or files; empty if another tool wrote
   * them.
   *
   * @throws StorageException if there are no files, or if they cannot be read
   */
  public Optional<TableSchema> storedSchema() {
    try {
      return new SourceSearch(location, format).run().schema(format);
    } catch (IOException | UncheckedIOException e) {
      throw unreadable(e);
    }
  }

  @Override
  public Optional<TableSchema> schema(String keyspace, String table) {
    return storedSchema();
  }

  /** Reads every file once to take its checksum, unless checksums are left out. */
  @Override
  public SourcePlan pinned(SourcePlan plan) {
    if (!location.isChecked()) {
      return plan;
    }
    return new SourcePlan(
        plan.formatVersion(),
        plan.format(),
        plan.location(),
        plan.columns(),
        plan.properties(),
        plan.tasks().stream().map(this::pinned).toList());
  }

  private SourceTask pinned(SourceTask task) {
    FilePart part = FilePart.parse(task.parts().get(0));
    return part.sha256().isPresent()
        ? task
        : new SourceTask(
            task.number(),
            task.bytes(),
            List.of(part.pinned(verified.checksum(part.file())).text()));
  }

  @Override
  public RowReader open(SourcePlan plan, List<ColumnDescription> columns, SourceTask task) {
    FilePart part = FilePart.parse(task.parts().get(0));
    SourceFile file = part.file();
    try {
      verified.require(part);
      return format.open(plan.properties(), columns, file);
    } catch (IOException | UncheckedIOException e) {
      throw file.unreadable(e);
    }
  }

  /** Does nothing: what is open belongs to the readers. */
  @Override
  public void close() {}

  private List<SourceTask> tasks(SourceSearch.Found found, OptionalInt taskCount) {
    Map<Path, String> checksums = location.isChecked() ? found.checksums() : Map.of();
    long total = found.files().stream().mapToLong(SourceFile::size).sum();
    long wanted =
        Math.max(
            LEAST_SPLIT_BYTES, taskCount.isPresent() ? total / taskCount.getAsInt() : SPLIT_BYTES);
    List<SourceTask> tasks = new ArrayList<>();
    for (SourceFile file : found.files()) {
      long length = format.isSplittable(file) ? wanted : Math.max(1, file.size());
      // At least one, for a file of no bytes as well: an empty file may be a damaged one.
      for (long start = 0; start == 0 || start < file.size(); start += length) {
        SourceFile range =
            new SourceFile(
                file.path(),
                file.compression(),
                file.size(),
                start,
                Math.min(length, file.size() - start));
        String part = FilePart.of(range, checksums.get(file.path())).text();
        tasks.add(new SourceTask(tasks.size(), range.length(), List.of(part)));
      }
    }
    return tasks;
  }

  private StorageException unreadable(Exception e) {
    Throwable reason = e instanceof UncheckedIOException ? e.getCause() : e;
    return new StorageException(location.text(), location.text() + " cannot be read: " + reason, e);
  }
}
