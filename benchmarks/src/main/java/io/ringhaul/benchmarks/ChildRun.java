package io.ringhaul.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The command line in a process of its own.
 *
 * @param result its line of JSON
 * @param peakMegabytes the most heap in use after a collection; 0 if there was none
 */
record ChildRun(JsonNode result, int peakMegabytes) {

  private static final Pattern COLLECTION = Pattern.compile(" \\d+M->(\\d+)M\\(");

  /** Runs a command with so much heap and fails unless it ends well. */
  static ChildRun of(Path folder, int heapMegabytes, String... arguments)
      throws IOException, InterruptedException {
    Path log = folder.resolve(arguments[0] + "-gc.log");
    Path out = folder.resolve(arguments[0] + ".json");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx" + heapMegabytes + "m",
            "-XX:+UseParallelGC",
            "-Xlog:gc:file=" + log,
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            System.getProperty("java.class.path"),
            "io.ringhaul.cli.Main"));
    command.addAll(List.of(arguments));
    command.add("--json");
    int exitCode =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
            .waitFor();
    if (exitCode != 0) {
      throw new IllegalStateException(
          String.join(" ", arguments) + " ended with exit code " + exitCode);
    }
    return new ChildRun(new ObjectMapper().readTree(Files.readString(out)), peak(log));
  }

  private static int peak(Path log) throws IOException {
    Matcher collections = COLLECTION.matcher(Files.readString(log));
    int peak = 0;
    while (collections.find()) {
      peak = Math.max(peak, Integer.parseInt(collections.group(1)));
    }
    return peak;
  }
}
