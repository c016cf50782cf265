package io.ringhaul.cli.sandbox;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The end of what a node has printed and logged, for the message of an exception. */
final class LogTail {

  private static final int LINES = 25;
  private static final int BYTES = 16 * 1024;

  private LogTail() {}

  /** The last lines of each file that has any, under its name; never fails. */
  static String of(List<Path> files) {
    return files.stream()
        .map(LogTail::titled)
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("\n"));
  }

  private static String titled(Path file) {
    String tail = lastLines(file);
    return tail.isBlank() ? "" : "--- the end of " + file + "\n" + tail;
  }

  private static String lastLines(Path file) {
    if (!Files.isRegularFile(file)) {
      return "";
    }
    try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
      long start = Math.max(0, reader.length() - BYTES);
      byte[] end = new byte[(int) (reader.length() - start)];
      reader.seek(start);
      reader.readFully(end);
      List<String> lines = new String(end, StandardCharsets.UTF_8).lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    } catch (IOException e) {
      return "(cannot be read: " + e.getMessage() + ")";
    }
  }
}
