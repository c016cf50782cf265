package io.ringhaul.spark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.jackson.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.jspecify.annotations.Nullable;

/**
 * The rejected rows of one attempt of a task: a file of a folder in a file system of Spark, one
 * JSON object a line. The file is created with its first line.
 */
final class SparkRejects {

  private static final String PREFIX = "rejects-";

  private final Path file;
  private final int partition;

  /** Lines that threads of Cassandra's driver have added, which must not wait for files. */
  private final Queue<byte[]> added = new ConcurrentLinkedQueue<>();

  private @Nullable OutputStream out;

  /**
   * @param write identifies the write
   * @param partition of the data frame
   * @param attempt identifies the attempt
   */
  SparkRejects(String folder, String write, int partition, long attempt) {
    this.file =
        new Path(folder, String.format("%s%s-%05d-%d.jsonl", PREFIX, write, partition, attempt));
    this.partition = partition;
  }

  /** Adds a row. Thread-safe. */
  void add(String table, String key, BulkOperationException failure) {
    ObjectNode line = Json.object().put("table", table).put("partition", partition);
    if (failure instanceof UnrepresentableValueException known) {
      line.put("column", known.column());
    }
    line.put("key", key).put("reason", failure.getMessage());
    added.add((Json.text(line) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Writes the added rows. */
  void write() {
    for (byte[] line = added.poll(); line != null; line = added.poll()) {
      try {
        OutputStream open = out;
        if (open == null) {
          open = system(file).create(file, true);
          out = open;
        }
        open.write(line);
      } catch (IOException e) {
        throw failed(file, e);
      }
    }
  }

  /** Ends the file, and returns its name; empty if no row was rejected. */
  String end() {
    write();
    OutputStream open = out;
    if (open == null) {
      return "";
    }
    try {
      open.close();
    } catch (IOException e) {
      throw failed(file, e);
    }
    return file.getName();
  }

  /** Deletes the file of an attempt that does not count. */
  void delete() {
    OutputStream open = out;
    if (open == null) {
      return;
    }
    try {
      // An object store has the file only once it is closed.
      open.close();
      system(file).delete(file, false);
    } catch (IOException e) {
      throw failed(file, e);
    }
  }

  /** Deletes the files of attempts that do not count. */
  static void keepOnly(String folder, String write, Set<String> names) {
    Path path = new Path(folder);
    try {
      FileSystem system = system(path);
      if (!system.exists(path)) {
        return;
      }
      for (FileStatus each : system.listStatus(path)) {
        String name = each.getPath().getName();
        if (name.startsWith(PREFIX + write) && !names.contains(name)) {
          system.delete(each.getPath(), false);
        }
      }
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  private static FileSystem system(Path path) throws IOException {
    return path.getFileSystem(SparkHadoopUtil.get().newConfiguration(SparkEnv.get().conf()));
  }

  private static StorageException failed(Path path, IOException e) {
    return new StorageException(
        path.toString(), "Rejected rows cannot be written to " + path + ": " + e, e);
  }
}
