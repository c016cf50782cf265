package io.ringhaul.internal.operation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.VerifyResult.CellDifference;
import io.ringhaul.VerifyResult.Difference;
import io.ringhaul.VerifyResult.Kind;
import io.ringhaul.VerifyResult.Times;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.OwnerOnly;
import io.ringhaul.internal.jackson.Json;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file of differences: one JSON object per line with the values of both sides as CQL literals,
 * and with the times of cells that differ. It is created with its first line. Only its owner can
 * read it. Not thread-safe.
 */
final class DifferencesFile implements AutoCloseable {

  private final Path path;
  private @Nullable OutputStream out;

  private DifferencesFile(Path path) {
    this.path = path;
  }

  /**
   * Prepares a new file.
   *
   * @throws StorageException if the file exists, or if its folder is missing or not writable
   */
  static DifferencesFile at(Path path) {
    Path file = path.toAbsolutePath();
    if (Files.exists(file)) {
      throw new StorageException(
          file.toString(),
          "The file of differences " + file + " exists already; name another one",
          null);
    }
    Path folder = file.getParent();
    if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new StorageException(
          file.toString(),
          "Differences cannot be written to " + file + ": " + folder + " is not a writable folder",
          null);
    }
    return new DifferencesFile(file);
  }

  /**
   * Adds a line.
   *
   * @param source the values of the source's row by column; empty if it has none
   * @param table the values of the table's row by column; empty if it has none
   */
  void add(Difference difference, Map<String, String> source, Map<String, String> table) {
    ObjectNode line =
        Json.object().put("kind", difference.kind().name()).put("key", difference.key());
    putAll(line, "table", difference, table);
    putAll(line, "source", difference, source);
    for (CellDifference cell : difference.cells()) {
      put(line.withArray("cells").addObject().put("cell", cell.cell()), cell);
    }
    try {
      OutputStream open = out;
      if (open == null) {
        OwnerOnly.createFile(path);
        // An interrupt closes streams of Files, but not this one.
        open = new BufferedOutputStream(new FileOutputStream(path.toFile()));
        out = open;
      }
      open.write(Json.bytes(line));
      open.write('\n');
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** Adds the values that differ; of a row that only one side has, all values. */
  private static void putAll(
      ObjectNode line, String side, Difference difference, Map<String, String> values) {
    ObjectNode node = Json.object();
    values.forEach(
        (column, literal) -> {
          if (difference.kind() != Kind.DIFFERENT || difference.columns().contains(column)) {
            node.put(column, literal);
          }
        });
    if (!node.isEmpty()) {
      line.set(side, node);
    }
  }

  private static void put(ObjectNode node, CellDifference cell) {
    put(node.putObject("table"), cell.table());
    put(node.putObject("source"), cell.source());
  }

  private static void put(ObjectNode node, Times times) {
    times.writetime().ifPresent(micros -> node.put("writetime", micros));
    times.expiry().ifPresent(moment -> node.put("expiry", moment.toString()));
  }

  @Override
  public void close() {
    if (out != null) {
      try {
        out.close();
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  private StorageException failed(IOException e) {
    return new StorageException(
        path.toString(), "Differences cannot be written to " + path + ": " + e, e);
  }
}
