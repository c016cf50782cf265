package io.ringhaul.bottlenecks;

import io.ringhaul.cli.Main;
import io.ringhaul.cli.sandbox.SandboxCluster;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** A command line process that exports slowly. */
final class ExportProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final String job;
  private final Path printed;

  private ExportProcess(Process process, String job, Path printed) {
    this.process = process;
    this.job = job;
    this.printed = printed;
  }

  /**
   * Exports the table {@code ks.t} in pages of two rows.
   *
   * @param folder for the files and the output
   * @param jobs the job store
   * @param job the name of the job
   */
  static ExportProcess start(SandboxCluster cluster, Path folder, Path jobs, String job)
      throws IOException {
    Path printed = folder.resolve(job + ".txt");
    InetSocketAddress contact = cluster.contactPoints().get(0);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "export",
                "ks.t",
                "--format=csv",
                "--path=" + folder.resolve(job),
                "--page-size=2",
                "--job=" + job,
                "--job-store=" + jobs,
                "--contact-point=" + contact.getHostString() + ":" + contact.getPort(),
                "--local-dc=" + cluster.localDatacenter())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    return new ExportProcess(process, job, printed);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until the job has stored metrics. */
  void awaitMetrics(JobStore store) throws IOException, InterruptedException {
    Instant end = Instant.now().plus(PATIENCE);
    while (!hasMetrics(store)) {
      if (!isAlive() || Instant.now().isAfter(end)) {
        throw new AssertionError("The process does not export: " + Files.readString(printed));
      }
      Thread.sleep(50);
    }
  }

  private boolean hasMetrics(JobStore store) {
    return store.list().stream()
        .filter(each -> each.name().equals(job))
        .anyMatch(
            each -> !JobTelemetry.of(store).latest(each.id(), MetricKind.PERFORMANCE).isEmpty());
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
