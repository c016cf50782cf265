package io.ringhaul;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles lines that were written before the API was read. {@code first-guesses.txt} has the lines
 * and does not change; {@code first-guesses-outcomes.txt} has what the compiler says of each.
 * {@code -Dringhaul.approve=true} writes the outcomes again.
 */
class FirstGuessesTest {

  private static final String OUTCOMES = "first-guesses-outcomes.txt";
  private static final int GUESSES = 40;

  private static final String BEFORE =
      Stream.of(
                  "com.datastax.oss.driver.api.core.*",
                  "com.datastax.oss.driver.api.core.cql.*",
                  "io.ringhaul.*",
                  "io.ringhaul.batch.*",
                  "io.ringhaul.csv.*",
                  "io.ringhaul.exceptions.*",
                  "io.ringhaul.format.*",
                  "io.ringhaul.iceberg.*",
                  "io.ringhaul.job.*",
                  "io.ringhaul.json.*",
                  "io.ringhaul.limits.*",
                  "io.ringhaul.monitor.*",
                  "io.ringhaul.parquet.*",
                  "java.nio.file.Path",
                  "java.util.*",
                  "java.util.concurrent.*",
                  "java.util.stream.Stream",
                  "org.apache.iceberg.catalog.Catalog",
                  "org.apache.iceberg.catalog.TableIdentifier")
              .map(name -> "import " + name + ";\n")
              .collect(Collectors.joining())
          + """
          class Guess {
            public record Order(int id, String status) {}
            public static class OrderBean {
              public int getId() { return 1; }
            }
            static CqlSession session;
            static TokenAwareBulkOperator operator;
            static BatchWriter writer;
            static Catalog catalog;
            static void guess() throws Exception {
          """;

  private static final String AFTER = "\n} }\n";

  @TempDir private static Path folder;

  private static List<Outcome> outcomes = List.of();

  /** What the compiler says of a guess; an empty message if it compiles. */
  private record Outcome(String guess, String message) {

    boolean compiles() {
      return message.isEmpty();
    }

    /** Whether the compiler names the type or the methods to use instead, and not only a miss. */
    boolean showsTheWay() {
      return message.startsWith("incompatible types: ")
          || message.startsWith("no suitable method found for ");
    }

    String text() {
      return compiles()
          ? "compiles: " + guess
          : (showsTheWay() ? "guided:   " : "refused:  ") + guess + "\n          " + message;
    }
  }

  private static final class Source extends SimpleJavaFileObject {

    private final String text;

    Source(String text) {
      super(URI.create("string:///Guess.java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  @BeforeAll
  static void compile() throws IOException {
    List<Outcome> found = new ArrayList<>();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    // One file manager, because it keeps the index of the class path.
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(folder));
      for (String guess : resource("first-guesses.txt").lines().toList()) {
        found.add(new Outcome(guess, message(compiler, files, guess)));
      }
    }
    outcomes = List.copyOf(found);
  }

  private static String message(
      JavaCompiler compiler, StandardJavaFileManager files, String guess) {
    DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
    compiler
        .getTask(
            null,
            files,
            said,
            List.of("-proc:none"),
            null,
            List.of(new Source(BEFORE + guess + AFTER)))
        .call();
    return said.getDiagnostics().stream()
        .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
        .min(Comparator.comparingLong(Diagnostic::getPosition))
        .map(
            each ->
                each.getMessage(Locale.ENGLISH)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.startsWith("location:"))
                    .limit(2)
                    .collect(Collectors.joining(" "))
                    .replaceAll(" +", " "))
        .orElse("");
  }

  private static String resource(String name) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(FirstGuessesTest.class.getResourceAsStream(name), name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void theTableOfOutcomesIsCurrent() throws IOException {
    assertThat(outcomes).hasSize(GUESSES);
    String table = outcomes.stream().map(Outcome::text).collect(Collectors.joining("\n", "", "\n"));
    if (Boolean.getBoolean("ringhaul.approve")) {
      Files.writeString(Path.of("src/test/resources/io/ringhaul", OUTCOMES), table);
      return;
    }
    assertThat(table).isEqualTo(resource(OUTCOMES));
  }
}
