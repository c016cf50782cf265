package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.Slow;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.interop.JavaProgram;
import io.ringhaul.seeds.Seeds;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.eclipse.aether.artifact.Artifact;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An application outside this build with only the dependencies that the README names. It is
 * compiled and run with the class paths that Maven and Gradle resolve for the installed jar and
 * POM.
 */
@ClusterTest
class ConsumerIT {

  private static final Pattern XML_BLOCK = Pattern.compile("```xml\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");
  private static final int ROWS = 500;

  private static final String POM =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>com.example.shop</groupId>
        <artifactId>%s</artifactId>
        <version>1</version>
      %s</project>
      """;

  private final CqlSession session = TestCluster.session();
  private final long seed = Seeds.next();
  private final String keyspace = TestCluster.newKeyspace(3);

  @TempDir private Path folder;
  private ConsumerBuild build;

  @BeforeEach
  void installAndInsert() throws Exception {
    build = new ConsumerBuild(folder.resolve("repository"));
    Matcher version = VERSION.matcher(block("README.md"));
    assertThat(version.find()).isTrue();
    Path jar = Path.of("target", "ringhaul-" + version.group(1) + ".jar");
    assertThat(jar).as("the jar of mvn package, with the version in README.md").isRegularFile();
    build.install("io.ringhaul:ringhaul:" + version.group(1), Path.of("pom.xml"), jar);

    OrdersTable orders = new OrdersTable(session, keyspace, seed);
    orders.createType();
    orders.create("orders");
    orders.insert("orders", ROWS);
  }

  @AfterEach
  void close() {
    build.close();
    TestCluster.define("DROP KEYSPACE " + keyspace);
  }

  @Test
  void runsWithMavenResolution() throws Exception {
    JavaProgram.Run run =
        run("maven", dependencies(block("README.md")), ConsumerBuild.Conflicts.NEAREST, true);
    assertCopies("maven", run, "csv", "json", "parquet", "iceberg", "hadoop", "jdbc");
  }

  @Slow
  @Test
  void runsWithGradleResolution() throws Exception {
    JavaProgram.Run run =
        run("gradle", dependencies(block("README.md")), ConsumerBuild.Conflicts.HIGHEST, false);
    assertCopies("gradle", run, "csv", "json", "parquet", "iceberg");
  }

  @Slow
  @Test
  void runsWithTheApacheDriver() throws Exception {
    String sqlite = block("README.md").substring(block("README.md").indexOf("<!--"));
    JavaProgram.Run run =
        run(
            "apache",
            dependencies(block("docs/compatibility.md") + sqlite),
            ConsumerBuild.Conflicts.NEAREST,
            false);
    assertCopies("apache", run, "csv", "json", "parquet", "iceberg");
  }

  /** The driver's Jackson 2.13 comes first among the equally near versions. */
  @Test
  void refusesOldJacksonOfDriverNamedFirst() throws Exception {
    String driver =
        """
        <dependency>
          <groupId>com.datastax.oss</groupId>
          <artifactId>java-driver-core</artifactId>
          <version>4.17.0</version>
        </dependency>
        """;
    JavaProgram.Run run =
        run(
                "driver",
                dependencies(driver + block("README.md")),
                ConsumerBuild.Conflicts.NEAREST,
                false)
            .requireExit(1);
    assertThat(run.out()).isEmptyFile();
    assertThat(run.err())
        .content()
        .contains(
            "BulkOperationException: The class path has jackson-core 2.13.2 and jackson-databind"
                + " 2.13.2-2; Ringhaul needs 2.16 or newer, and jackson-core not older than"
                + " jackson-databind. Put io.ringhaul:ringhaul before the driver in your POM, or"
                + " import com.fasterxml.jackson:jackson-bom in its dependencyManagement");
  }

  private void assertCopies(String name, JavaProgram.Run run, String... copies) throws Exception {
    run.requireExit(0);
    List<String> lines = new ArrayList<>(List.of("counted " + ROWS));
    for (String copy : copies) {
      lines.add(copy + " exported " + ROWS + " and imported " + ROWS);
    }
    assertThat(run.out()).hasContent(String.join("\n", lines));
    for (String copy : copies) {
      RawTables.assertSame(session, keyspace, "orders", name + "_" + copy, ROWS, seed);
    }
  }

  private JavaProgram.Run run(
      String name, String model, ConsumerBuild.Conflicts conflicts, boolean hadoopFiles)
      throws Exception {
    Path pom = Files.writeString(folder.resolve(name + ".xml"), POM.formatted(name, model));
    Artifact project = build.install("com.example.shop:" + name + ":1", pom);
    Path classes = compile(build.classPath(project, conflicts, "compile"));
    List<Path> classPath = new ArrayList<>(List.of(classes));
    classPath.addAll(build.classPath(project, conflicts, "runtime"));

    InetSocketAddress node = TestCluster.get().contactPoints().get(0);
    return new JavaProgram(classPath, List.of("-Xmx512m"), "Consumer", folder)
        .run(
            node.getHostString(),
            Integer.toString(node.getPort()),
            TestCluster.get().localDatacenter(),
            keyspace,
            name + "_",
            folder.resolve(name).toString(),
            Boolean.toString(hadoopFiles));
  }

  private Path compile(List<Path> classPath) throws IOException {
    Path source = folder.resolve("Consumer.java");
    try (InputStream text = ConsumerIT.class.getResourceAsStream("Consumer.java")) {
      Files.write(source, Objects.requireNonNull(text).readAllBytes());
    }
    Path classes = Files.createTempDirectory(folder, "classes");
    List<String> options =
        List.of("-proc:none", "-d", classes.toString(), "-cp", joined(classPath));
    StringWriter messages = new StringWriter();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      assertThat(compiled).as("The application compiles:%n%s", messages).isTrue();
    }
    return classes;
  }

  private static String joined(List<Path> classPath) {
    return classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  private static String dependencies(String block) {
    return "<dependencies>\n" + block + "</dependencies>\n";
  }

  /** Returns the first XML block of a page. */
  private static String block(String page) throws IOException {
    Matcher block = XML_BLOCK.matcher(Files.readString(Path.of(page)));
    assertThat(block.find()).as(page).isTrue();
    return block.group(1);
  }
}
