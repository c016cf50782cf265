package io.ringhaul.readme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cli.DocumentedCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links, commands and lists of README.md and docs. */
class DocumentationTest {

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} (.+)$");
  private static final Pattern CODE = Pattern.compile("(?s)```.*?```");
  private static final Set<String> OF_JAVA = Set.of("IOException", "InterruptedException");
  private static final Path FAILURES = Path.of("docs/operations/troubleshooting.md");

  @Test
  void linksLeadToFilesAndHeadings() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      String text = CODE.matcher(Files.readString(page)).replaceAll("");
      for (String link : all(LINK, text)) {
        if (!link.contains("://") && !exists(page, link)) {
          dead.add(page + ": " + link);
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  private static boolean exists(Path page, String link) throws IOException {
    int hash = link.indexOf('#');
    String file = hash < 0 ? link : link.substring(0, hash);
    Path target = file.isEmpty() ? page : page.resolveSibling(file).normalize();
    return Files.exists(target) && (hash < 0 || anchors(target).contains(link.substring(hash + 1)));
  }

  /** The anchors of a page's headings, as the usual renderers make them. */
  private static Set<String> anchors(Path page) throws IOException {
    return all(HEADING, CODE.matcher(Files.readString(page)).replaceAll("")).stream()
        .map(heading -> heading.toLowerCase(Locale.ROOT).replaceAll("[^\\p{Alnum} _-]", ""))
        .map(heading -> heading.strip().replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  @Test
  void readmeReachesEachPage() throws IOException {
    Set<Path> reached = new TreeSet<>(Set.of(Path.of("README.md")));
    for (int before = 0; before < reached.size(); ) {
      before = reached.size();
      for (Path page : List.copyOf(reached)) {
        for (String link : all(LINK, Files.readString(page))) {
          Path target = page.resolveSibling(link.replaceFirst("#.*", "")).normalize();
          if (target.toString().endsWith(".md") && Files.isRegularFile(target)) {
            reached.add(target);
          }
        }
      }
    }
    assertThat(reached).containsAll(pages());
  }

  @Test
  void explainsEachExceptionAndExitCode() throws IOException {
    String page = Files.readString(FAILURES);
    try (Stream<Path> sources = Files.list(Path.of("src/main/java/io/ringhaul/exceptions"))) {
      List<String> exceptions =
          sources
              .map(file -> file.getFileName().toString().replace(".java", ""))
              .filter(name -> name.endsWith("Exception"))
              .toList();
      assertThat(exceptions).hasSizeGreaterThan(15);
      assertThat(page).contains(exceptions.stream().map(name -> "| `" + name + "` |").toList());
    }
    assertThat(page)
        .contains(DocumentedCommands.exitCodes().stream().map(code -> "| " + code + " |").toList());
  }

  @Test
  void namesOnlyExceptionsThatExist() throws IOException {
    Set<String> unknown = new TreeSet<>();
    for (Path page : pages()) {
      for (String name : all(Pattern.compile("\\b(\\w+Exception)\\b"), Files.readString(page))) {
        Path ours = Path.of("src/main/java/io/ringhaul/exceptions/" + name + ".java");
        if (!Files.exists(ours) && !OF_JAVA.contains(name)) {
          unknown.add(page + ": " + name);
        }
      }
    }
    assertThat(unknown).isEmpty();
  }

  @Test
  void commandsParse() throws IOException {
    int commands = 0;
    for (Path page : pages()) {
      for (String block : all(Pattern.compile("(?s)```sh\\n(.*?)```"), Files.readString(page))) {
        for (String line : block.lines().toList()) {
          if (line.matches("(scripts/|bin/)?ringhaul .*")) {
            commands++;
            DocumentedCommands.assertParses(page + ": " + line, line);
          }
        }
      }
    }
    assertThat(commands).isGreaterThan(15);
  }

  /** The pages with a text, as they are named from the root. */
  static List<String> pagesWith(String text) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path page : pages()) {
      if (Files.readString(page).contains(text)) {
        found.add(page.toString());
      }
    }
    return found;
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
      return Stream.concat(
              Stream.of(Path.of("README.md")),
              docs.filter(file -> file.toString().endsWith(".md")).sorted())
          .toList();
    }
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(result -> result.group(1)).toList();
  }
}
