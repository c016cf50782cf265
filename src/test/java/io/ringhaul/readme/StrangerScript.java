package io.ringhaul.readme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A script in {@code src/test/stranger}, and what the scripts use. */
final class StrangerScript {

  /** The folder repository with the artifacts of the release's dry run. */
  static final Path REPOSITORY = Path.of("target", "repository");

  private static final int MAX_MINUTES = 10;

  private StrangerScript() {}

  /**
   * Runs a script and returns what it printed, which is printed here too.
   *
   * @param output the file that receives what the script prints
   * @throws AssertionError if the script fails or takes longer than 10 minutes
   */
  static String run(String name, Path output, Object... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("src/test/stranger/" + name));
    Stream.of(arguments).map(String::valueOf).forEach(command::add);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended;
    try {
      ended = process.waitFor(MAX_MINUTES, TimeUnit.MINUTES);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String printed = Files.readString(output);
    System.out.println(name + ":\n" + printed);
    assertThat(ended).as("%s ends within %d minutes:%n%s", name, MAX_MINUTES, printed).isTrue();
    assertThat(process.exitValue()).as("exit code of %s:%n%s", name, printed).isZero();
    return printed;
  }

  /** Returns a node of the cluster. */
  static InetSocketAddress node() {
    return TestCluster.get().contactPoints().get(0);
  }
}
