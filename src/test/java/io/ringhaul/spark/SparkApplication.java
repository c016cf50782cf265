package io.ringhaul.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cli.sandbox.ForeignClassPath;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.interop.JavaProgram;
import io.ringhaul.lake.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * An application, compiled against the jar for Spark as an application of a user.
 *
 * @param program its main class, whose source is a resource of this package
 * @param spark the jars of Spark
 * @param jar the application
 */
record SparkApplication(String program, List<Path> spark, Path jar, Path folder) {

  private static final long PATIENCE_SECONDS = 400;

  /** The jar with Ringhaul. */
  static Path ringhaul() {
    return Path.of(System.getProperty("ringhaul.spark.jar"));
  }

  /**
   * Compiles an application.
   *
   * @param spark the artifact of Spark with its version
   * @param folder for the application and its output
   */
  static SparkApplication compile(String spark, Path folder) throws IOException {
    return compile("RunOnSpark", spark, folder);
  }

  /** As {@link #compile(String, Path)}, for another program than {@code RunOnSpark}. */
  static SparkApplication compile(String program, String spark, Path folder) throws IOException {
    List<Path> jars = ForeignClassPath.of("Spark", spark);
    Path source = folder.resolve(program + ".java");
    try (InputStream in = SparkApplication.class.getResourceAsStream(program + ".java")) {
      Files.copy(Objects.requireNonNull(in), source);
    }
    Path classes = Files.createDirectory(folder.resolve("classes"));
    String classPath = classPath(Stream.concat(jars.stream(), Stream.of(ringhaul())));
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-d",
                classes.toString(),
                "-cp",
                classPath,
                "--release",
                "17",
                source.toString());
    assertThat(exit).isZero();
    Path jar = folder.resolve("application.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(file);
        Stream<Path> compiled = Files.list(classes)) {
      for (Path each : compiled.toList()) {
        entries.putNextEntry(new JarEntry(each.getFileName().toString()));
        Files.copy(each, entries);
      }
    }
    return new SparkApplication(program, jars, jar, folder);
  }

  private static String classPath(Stream<Path> jars) {
    return jars.map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  /** A run of the application. */
  record Run(Process process, Path out, Path err) {

    /** Waits for the end, and returns the lines that it printed. */
    List<String> end() throws IOException, InterruptedException {
      boolean hasEnded = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      process.destroyForcibly();
      assertThat(hasEnded && process.exitValue() == 0)
          .as(Files.readString(out) + Files.readString(err))
          .isTrue();
      return Files.readAllLines(out);
    }
  }

  /**
   * Starts the application.
   *
   * @param settings of Spark, beside those that each run has
   * @param actions what it does, one after the other
   */
  Run start(String master, String keyspace, Map<String, String> settings, String... actions)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ServerProcess.java().toString());
    command.add("-Xmx1g");
    command.add("-XX:TieredStopAtLevel=1");
    JavaProgram.SPARK_OPENS.forEach(each -> command.add("--add-opens=" + each + "=ALL-UNNAMED"));
    command.add("-Dspark.master=" + master);
    command.add("-Dspark.app.name=test");
    command.add("-Dspark.ui.enabled=false");
    command.add("-Dspark.driver.host=127.0.0.1");
    command.add("-Dspark.jars=" + ringhaul() + "," + jar);
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-cp");
    command.add(classPath(Stream.concat(spark.stream(), Stream.of(ringhaul(), jar))));
    command.add(program);
    InetSocketAddress contact = TestCluster.get().contactPoints().get(0);
    command.add(contact.getHostString() + ":" + contact.getPort());
    command.add(
        Objects.requireNonNull(
            TestCluster.session()
                .getMetadata()
                .getNodes()
                .values()
                .iterator()
                .next()
                .getDatacenter()));
    command.add(keyspace);
    command.add(folder.toString());
    command.addAll(List.of(actions));
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path err = Files.createTempFile(folder, "err", ".txt");
    return new Run(
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start(),
        out,
        err);
  }
}
