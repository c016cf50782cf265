package io.ringhaul.interop;

import io.ringhaul.cluster.TestCluster;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs Ringhaul's command line on the test cluster. */
final class RinghaulProgram {

  private final JavaProgram program;

  /**
   * The command line.
   *
   * @param folder the folder for the output of the command line
   */
  RinghaulProgram(Path folder) {
    this(folder, List.of());
  }

  /**
   * The command line with jars that it does not have.
   *
   * @param folder the folder for the output of the command line
   */
  RinghaulProgram(Path folder, List<Path> jars) {
    program =
        new JavaProgram(
            Stream.concat(
                    Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                        .map(Path::of),
                    jars.stream())
                .toList(),
            List.of("-Xmx512m"),
            "io.ringhaul.cli.Main",
            folder);
  }

  /**
   * Exports or imports a table. Fails unless the command succeeds.
   *
   * @param command {@code export} or {@code import}
   */
  void run(String command, String keyspace, String table, Path path, List<String> options)
      throws IOException, InterruptedException {
    InetSocketAddress contact = TestCluster.get().contactPoints().get(0);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command,
                keyspace + "." + table,
                "--contact-point",
                contact.getHostString() + ":" + contact.getPort(),
                "--path",
                path.toString()));
    arguments.addAll(options);
    program.run(arguments.toArray(new String[0])).requireExit(0);
  }
}
