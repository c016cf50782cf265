package io.ringhaul.benchmarks.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;

/** Counts the rows in files independent of the tool that wrote them. */
public final class RowsInFiles {

  private static final int BUFFER_BYTES = 1 << 16;

  private RowsInFiles() {}

  /**
   * Counts the rows in all files of a folder and its subfolders: CSV with a header line and without
   * line breaks in values, JSON with one row per line, and Parquet (also in a new Iceberg
   * warehouse).
   */
  public static long in(Path folder) throws IOException {
    long rows = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        rows += ofFile(file);
      }
    }
    return rows;
  }

  private static long ofFile(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (name.endsWith(".parquet")) {
      try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
        return reader.getRecordCount();
      }
    }
    if (name.endsWith(".csv")) {
      return Math.max(0, lines(file) - 1);
    }
    boolean isRows = List.of(".json", ".jsonl").stream().anyMatch(name::endsWith);
    return isRows && !name.equals("_manifest.json") ? lines(file) : 0;
  }

  private static long lines(Path file) throws IOException {
    long lines = 0;
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        for (int i = 0; i < read; i++) {
          lines += buffer[i] == '\n' ? 1 : 0;
        }
      }
    }
    return lines;
  }
}
