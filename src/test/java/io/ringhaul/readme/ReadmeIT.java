package io.ringhaul.readme;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs every Java block of README.md in order. */
@ClusterTest
class ReadmeIT {

  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern SEMICOLON = Pattern.compile(";\\s*\\n");
  private static final int BLOCKS = 15;

  private static final String IMPORTS =
      Stream.of(
              "com.datastax.oss.driver.api.core.*",
              "com.datastax.oss.driver.api.core.cql.*",
              "io.ringhaul.*",
              "io.ringhaul.batch.*",
              "io.ringhaul.console.*",
              "io.ringhaul.csv.*",
              "io.ringhaul.exceptions.*",
              "io.ringhaul.format.*",
              "io.ringhaul.iceberg.*",
              "io.ringhaul.job.*",
              "io.ringhaul.json.*",
              "io.ringhaul.limits.*",
              "io.ringhaul.monitor.*",
              "java.math.BigDecimal",
              "java.nio.charset.StandardCharsets",
              "java.nio.file.Path",
              "java.time.*",
              "java.util.*",
              "java.util.concurrent.*",
              "java.util.concurrent.atomic.*",
              "java.util.stream.LongStream")
          .map(name -> "import " + name + ";\n")
          .collect(Collectors.joining());

  @TempDir private Path folder;

  @Test
  void compilesAndRunsEveryBlock() throws Exception {
    createSampleTables();
    List<String> blocks = blocks();
    assertThat(blocks).hasSize(BLOCKS);

    Path classes = compile(blocks);

    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
      for (int i = 0; i < blocks.size(); i++) {
        run(loader, i);
      }
    }
    assertThat(rows("store.orders_restored")).isEqualTo(rows("store.orders")).isPositive();
    assertThat(rows("store.orders_copy")).isEqualTo(rows("store.orders"));
  }

  private void run(ClassLoader loader, int block) throws Exception {
    try {
      loader
          .loadClass("Block" + block)
          .getMethod("run", CqlSession.class, Path.class, Path.class)
          .invoke(
              null, TestCluster.session(), folder.resolve("warehouse"), folder.resolve("files"));
    } catch (InvocationTargetException e) {
      throw new AssertionError("Block " + block + " of the README failed", e.getCause());
    }
  }

  private static void createSampleTables() throws IOException {
    String script =
        Files.readAllLines(Path.of("scripts/init.cql")).stream()
            .filter(line -> !line.startsWith("--"))
            .collect(Collectors.joining("\n"));
    SEMICOLON
        .splitAsStream(script + "\n")
        .filter(statement -> !statement.isBlank())
        .forEach(TestCluster.session()::execute);
  }

  private static long rows(String table) {
    return TestCluster.session().execute("SELECT * FROM " + table).all().size();
  }

  private static List<String> blocks() throws IOException {
    List<String> blocks = new ArrayList<>();
    Matcher matcher = JAVA_BLOCK.matcher(Files.readString(Path.of("README.md")));
    while (matcher.find()) {
      blocks.add(matcher.group(1));
    }
    return blocks;
  }

  private Path compile(List<String> blocks) throws IOException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    List<Path> sources = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      Path source = folder.resolve("Block" + i + ".java");
      Files.writeString(
          source,
          IMPORTS
              + "public class Block"
              + i
              + " { public static void run(CqlSession session, Path warehouse, Path folder)"
              + " throws Exception {\n"
              + blocks.get(i)
              + "} }\n");
      sources.add(source);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  messages,
                  files,
                  null,
                  List.of("-proc:none", "-d", classes.toString()),
                  null,
                  files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(compiled).as("The README's code compiles:%n%s", messages).isTrue();
    }
    return classes;
  }
}
