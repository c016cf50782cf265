package io.ringhaul.internal.operation;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.Slow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An export of 100,000 tasks in other processes does not outgrow the process that begins it. */
@Slow
class LargeDistributionIT {

  private static final int TASKS = 100_000;
  private static final int PATIENCE_MINUTES = 15;

  @TempDir private Path folder;

  @Test
  void plansAndCommitsTasksInHalfAGigabyte() throws Exception {
    Path out = folder.resolve("out.txt");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                LargeDistribution.class.getName(),
                folder.toString(),
                String.valueOf(TASKS))
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    boolean hasEnded = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
    process.destroyForcibly();
    assertThat(hasEnded && process.exitValue() == 0).as(Files.readString(out)).isTrue();
    List<String> lines = Files.readAllLines(out);
    lines.forEach(System.out::println);
    assertThat(lines).last().asString().endsWith("commit " + TASKS + " files");
  }
}
