package io.ringhaul.readme;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
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

/** Compiles and runs every Java block of README.md and of the pages in docs, in order. */
@ClusterTest
class ReadmeIT {

  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CLASS_NAME = Pattern.compile("(?m)^(?:public final )?class (\\w+)");
  private static final Pattern SEMICOLON = Pattern.compile(";\\s*\\n");

  /** In the order in which a reader meets them; a page uses tables that earlier pages make. */
  private static final List<String> PAGES =
      List.of(
          "README.md",
          "docs/guides/export.md",
          "docs/iceberg.md",
          "docs/guides/import.md",
          "docs/guides/copy.md",
          "docs/guides/delete.md",
          "docs/guides/verify.md",
          "docs/guides/jobs-and-resume.md",
          "docs/operations/monitoring.md",
          "docs/guides/read.md",
          "docs/guides/follow.md",
          "docs/guides/incremental.md",
          "docs/operations/troubleshooting.md",
          "docs/guides/batch-writer.md",
          "docs/console.md",
          "docs/extending.md",
          "docs/spring-boot.md",
          "docs/object-stores.md",
          "docs/spark.md");

  /**
   * A block of Java.
   *
   * @param page the page that has it
   */
  private record Block(String page, String code) {

    /** Whether it is a class with imports, and not statements. */
    boolean isClass() {
      return code.startsWith("import ");
    }
  }

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
              "io.ringhaul.parquet.*",
              "io.ringhaul.table.*",
              "java.math.BigDecimal",
              "java.net.URI",
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
    List<Block> blocks = blocks();
    assertThat(blocks.stream().map(Block::page).distinct())
        .as("the pages with Java blocks")
        .containsExactlyElementsOf(PAGES)
        .containsExactlyInAnyOrderElementsOf(DocumentationTest.pagesWith("```java"));

    Path classes = compile(blocks);

    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
      for (int i = 0; i < blocks.size(); i++) {
        run(loader, i, blocks.get(i));
      }
    }
    assertThat(rows("store.orders_restored")).isEqualTo(rows("store.orders")).isPositive();
    assertThat(rows("store.orders_copied")).isEqualTo(rows("store.orders"));
    assertThat(rows("store.orders_copy")).isEqualTo(rows("store.orders"));
  }

  private void run(ClassLoader loader, int number, Block block) throws Exception {
    Path warehouse = folder.resolve("warehouse");
    try {
      if (block.isClass()) {
        // A class without this method is used by a later block.
        for (Method method : loader.loadClass(className(number, block)).getDeclaredMethods()) {
          if (method.getName().equals("copy")) {
            method.setAccessible(true);
            method.invoke(null, TestCluster.session(), warehouse);
          }
        }
      } else {
        loader
            .loadClass(className(number, block))
            .getMethod("run", CqlSession.class, Path.class, Path.class)
            .invoke(null, TestCluster.session(), warehouse, folder.resolve("files"));
      }
    } catch (InvocationTargetException e) {
      throw new AssertionError(
          "Block " + number + ", on " + block.page() + ", failed", e.getCause());
    }
  }

  private static String className(int number, Block block) {
    Matcher named = CLASS_NAME.matcher(block.code());
    return block.isClass() && named.find() ? named.group(1) : "Block" + number;
  }

  static void createSampleTables() throws IOException {
    String script =
        Files.readAllLines(Path.of("scripts/init.cql")).stream()
            .filter(line -> !line.startsWith("--"))
            .collect(Collectors.joining("\n"));
    SEMICOLON
        .splitAsStream(script + "\n")
        .filter(statement -> !statement.isBlank())
        .forEach(TestCluster.session()::execute);
  }

  static long rows(String table) {
    return TestCluster.session().execute("SELECT * FROM " + table).all().size();
  }

  private static List<Block> blocks() throws IOException {
    List<Block> blocks = new ArrayList<>();
    for (String page : PAGES) {
      Matcher matcher = JAVA_BLOCK.matcher(Files.readString(Path.of(page)));
      while (matcher.find()) {
        blocks.add(new Block(page, matcher.group(1)));
      }
    }
    return blocks;
  }

  private Path compile(List<Block> blocks) throws IOException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    List<Path> sources = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      String name = className(i, block);
      Path source = folder.resolve(name + ".java");
      Files.writeString(
          source,
          block.isClass()
              ? block.code()
              : IMPORTS
                  + "public class "
                  + name
                  + " { public static void run(CqlSession session, Path warehouse, Path folder)"
                  + " throws Exception {\n"
                  + block.code()
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
      assertThat(compiled).as("The code of the pages compiles:%n%s", messages).isTrue();
    }
    return classes;
  }
}
