package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script in the folders of an unpacked distribution, without Maven. */
@Slow
@ClusterTest
class LauncherIT {

  private static final String PREPARES = "Preparing quick starts";

  @TempDir private Path folder;

  private Path home;

  private record Run(int exitCode, String out, String err) {}

  @BeforeEach
  void unpack() throws IOException {
    home = folder.resolve("ring haul");
    Path lib = Files.createDirectories(home.resolve("lib"));
    Path bin = Files.createDirectories(home.resolve("bin"));
    Path target = Path.of("target").toAbsolutePath();
    List<Path> jars = new ArrayList<>();
    try (Stream<Path> built = Files.list(target)) {
      built
          .filter(
              file -> file.getFileName().toString().matches("ringhaul-[0-9.]+(-SNAPSHOT)?\\.jar"))
          .forEach(jars::add);
    }
    assertThat(jars).hasSize(1);
    String classPath = Files.readString(target.resolve("ringhaul.classpath")).strip();
    for (String jar : classPath.split(File.pathSeparator, -1)) {
      jars.add(Path.of(jar));
    }
    for (Path jar : jars) {
      Files.createSymbolicLink(lib.resolve(jar.getFileName()), jar);
    }
    Files.copy(Path.of("scripts/ringhaul"), bin.resolve("ringhaul"));
    assertThat(bin.resolve("ringhaul").toFile().setExecutable(true)).isTrue();
  }

  @Test
  void countsFromUnpackedDistributionAndStartsQuicklyFromThenOn() throws Exception {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (p int PRIMARY KEY)");
    InetSocketAddress node = TestCluster.get().contactPoints().get(0);
    String[] count = {
      "count",
      keyspace + ".t",
      "--json",
      "--contact-point",
      node.getAddress().getHostAddress() + ":" + node.getPort()
    };

    Run first = run(count);
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.out()).contains("\"rows\":0");
    assertThat(first.err()).contains(PREPARES).doesNotContain("Building");
    assertThat(folder.resolve("cache/ringhaul"))
        .isDirectoryRecursivelyContaining("glob:**.archive");

    Run second = run(count);
    assertThat(second.exitCode()).isZero();
    assertThat(second.err()).doesNotContain(PREPARES);
  }

  @Test
  void startsWithoutFolderForItsCache() throws Exception {
    Files.createFile(folder.resolve("cache"));
    Run version = run("--version");
    assertThat(version.exitCode()).as(version.err()).isZero();
    assertThat(version.out()).startsWith("ringhaul ");
    assertThat(run("count", "k.t", "--contact-point", "127.0.0.1:1").err())
        .doesNotContain(PREPARES)
        .contains("127.0.0.1:1");
  }

  private Run run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(home.resolve("bin/ringhaul").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    return new Run(process.waitFor(), Files.readString(out), Files.readString(err));
  }
}
