package io.ringhaul.benchmarks.commits;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.process.MeasuredProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A commit of this repository in a separate folder, whose command line is built and started by its
 * own launcher.
 */
public final class Checkout {

  private static final int SHORT_HASH = 9;

  private final String hash;
  private final Path source;
  private final Path work;

  private Checkout(String hash, Path folder) {
    this.hash = hash;
    this.source = folder.resolve("source");
    this.work = folder.resolve("work");
  }

  /**
   * Extracts a commit from the repository of the working folder, without changing that repository,
   * and builds it.
   *
   * @param commit the git name
   * @param folder the target folder; created if missing
   */
  public static Checkout of(String commit, Path folder) throws IOException, InterruptedException {
    Checkout checkout = new Checkout(hash(commit), folder);
    checkout.extract();
    checkout.start("jobs", "--help").run();
    return checkout;
  }

  /** Returns the abbreviated hash. */
  public String shortHash() {
    return hash.substring(0, SHORT_HASH);
  }

  /**
   * Runs a command of the command line.
   *
   * @param rows the number of rows that the command must report
   */
  Measurement run(InetSocketAddress node, long rows, String... command)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.add("--contact-point=" + node.getHostString() + ":" + node.getPort());
    arguments.add("--json");
    MeasuredProcess.Outcome outcome = start(arguments.toArray(String[]::new)).run();
    long handled = new ObjectMapper().readTree(outcome.lastLine()).path("rows").asLong(-1);
    if (handled != rows) {
      throw new IllegalStateException(
          String.join(" ", command) + " handled " + handled + " rows, not " + rows);
    }
    return outcome.handling(rows);
  }

  private MeasuredProcess start(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(source.resolve("scripts").resolve("ringhaul").toString());
    command.addAll(List.of(arguments));
    return new MeasuredProcess(command, work)
        // Uses a separate job store, because its format can differ between commits and the
        // user's store must not change.
        .with("RINGHAUL_JOB_STORE", work.resolve("jobs.db").toString());
  }

  private void extract() throws IOException, InterruptedException {
    Files.createDirectories(source);
    List<Process> both =
        ProcessBuilder.startPipeline(
            List.of(
                new ProcessBuilder("git", "archive", "--format=tar", hash)
                    .redirectError(ProcessBuilder.Redirect.INHERIT),
                new ProcessBuilder("tar", "-x", "-C", source.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)));
    for (Process each : both) {
      if (each.waitFor() != 0) {
        throw new IllegalStateException(
            "Commit " + hash + " cannot be extracted from the repository");
      }
    }
  }

  private static String hash(String commit) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("git", "rev-parse", "--verify", "--end-of-options", commit + "^{commit}")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String hash = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalArgumentException("There is no commit " + commit);
    }
    return hash.strip();
  }
}
