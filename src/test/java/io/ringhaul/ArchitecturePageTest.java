package io.ringhaul;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/architecture.md against the code. */
class ArchitecturePageTest {

  private static final Path PAGE = Path.of("docs/architecture.md");
  private static final Path SOURCES = Path.of("src");
  private static final int MOST_TYPES = 12;
  private static final Pattern QUOTED = Pattern.compile("`([A-Za-z.]+)(?:\\(\\.\\.\\.\\))?`");
  private static final Pattern DIAGRAM = Pattern.compile("(?s)```mermaid\n(.*?)```");
  private static final Pattern TYPE = Pattern.compile("\\b[A-Z][A-Za-z]+\\b");

  @Test
  void namesTypesAndPackagesThatExist() throws IOException {
    Set<String> types = types();
    for (String name : found(QUOTED, page())) {
      if (name.startsWith("io.")) {
        assertThat(Path.of("src/main/java", name.split("\\.", -1))).isDirectory();
      } else if (Character.isUpperCase(name.charAt(0)) && !name.equals("INSERT")) {
        assertThat(types).contains(name.split("\\.", -1)[0]);
      }
    }
    assertThat(types)
        .containsAll(
            found(TYPE, diagrams().get(0) + diagrams().get(1)).stream()
                .filter(name -> !name.equals("LR"))
                .toList());
  }

  @Test
  void showsEachWayWithAtMostTwelveTypes() throws IOException {
    assertThat(diagrams())
        .hasSize(2)
        .allSatisfy(diagram -> assertThat(types(diagram)).hasSizeBetween(8, MOST_TYPES));
  }

  @Test
  void explainsEachTypeOfADiagram() throws IOException {
    Set<String> explained = new LinkedHashSet<>();
    found(QUOTED, page()).forEach(name -> explained.add(name.split("\\.", -1)[0]));
    for (String diagram : diagrams()) {
      assertThat(explained).containsAll(types(diagram));
    }
  }

  private static Set<String> types(String diagram) {
    Set<String> types = new LinkedHashSet<>(found(TYPE, diagram));
    types.remove("LR");
    return types;
  }

  private static List<String> diagrams() throws IOException {
    return found(DIAGRAM, page());
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(ArchitecturePageTest::lastGroup).toList();
  }

  private static String lastGroup(MatchResult match) {
    return match.group(match.groupCount());
  }

  private static String page() throws IOException {
    return Files.readString(PAGE);
  }

  private static Set<String> types() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java"))
          .map(name -> name.substring(0, name.length() - ".java".length()))
          .collect(Collectors.toSet());
    }
  }
}
