package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.session.Session;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;

/** The result of a run of the command line. */
record CapturedRun(int exitCode, String out, String err) {

  private static final ObjectMapper JSON = new ObjectMapper();

  static {
    // The driver logs its version when it is first used, and no run has this line in its output.
    Objects.requireNonNull(Session.OSS_DRIVER_COORDINATES);
  }

  /** Runs in this process and restores the process's state. */
  static CapturedRun inProcess(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    Properties properties = (Properties) System.getProperties().clone();
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    try (PrintStream newOut = new PrintStream(outBytes, true, StandardCharsets.UTF_8);
        PrintStream newErr = new PrintStream(errBytes, true, StandardCharsets.UTF_8)) {
      System.setOut(newOut);
      System.setErr(newErr);
      Main.DRIVER_SETTINGS.forEach(ConnectionOptions::setDriverDefault);
      int exitCode = Main.execute(arguments);
      return new CapturedRun(exitCode, text(outBytes), text(errBytes));
    } finally {
      System.setOut(out);
      System.setErr(err);
      System.setProperties(properties);
    }
  }

  /** Runs in a separate process, as the launcher script does. */
  static CapturedRun inChild(Path folder, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx512m", "-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    int exitCode = builder.start().waitFor();
    return new CapturedRun(exitCode, Files.readString(out), Files.readString(err));
  }

  /** Parses standard output, which must be exactly one line of JSON. */
  JsonNode json() {
    if (out.indexOf('\n') != out.length() - 1) {
      throw new AssertionError("Not one line: " + out + err);
    }
    try {
      return JSON.readTree(out);
    } catch (IOException e) {
      throw new UncheckedIOException(out, e);
    }
  }

  /** Standard output with the facts of a summary as {@code name: value}, without their columns. */
  String facts() {
    return out.replaceAll("(?m)^(  [a-z]+( [a-z]+)*)(  +|$)", "$1: ");
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
