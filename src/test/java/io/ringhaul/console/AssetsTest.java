package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The page runs under a content security policy that forbids inline code and other hosts. These
 * rules keep the page working under it and keep texts of jobs from becoming markup.
 */
class AssetsTest {

  private static final String SVG = "http://www.w3.org/2000/svg";
  private static final int MOST_LINES = 300;
  private static final Pattern ADDRESS =
      Pattern.compile("(?i)\\b(?:https?|wss?|ftp)://[^\\s\"'`<>)]*");
  private static final Pattern IMPORT =
      Pattern.compile(
          "^(?:import|export)\\b[^\"();=]*\"([^\"]+)\"|\\bimport\\s*\\(\\s*\"([^\"]+)\"",
          Pattern.MULTILINE);
  private static final Pattern LINK = Pattern.compile("\\s(?:src|href)=\"([^\"#][^\"]*)\"");

  /** Code that turns text into markup or code, or sets an attribute that the policy ignores. */
  private static final List<Pattern> FORBIDDEN_IN_SCRIPTS =
      Stream.of(
              "\\b(?:inner|outer)HTML\\b",
              "\\binsertAdjacentHTML\\b",
              "\\bcreateContextualFragment\\b",
              "\\bDOMParser\\b",
              "\\bsrcdoc\\b",
              "\\bdocument\\s*\\.\\s*write",
              "\\beval\\s*\\(",
              "\\bnew\\s+Function\\b",
              "\\bset(?:Timeout|Interval)\\s*\\(\\s*[\"'`]",
              "javascript:",
              "setAttribute\\(\\s*[\"'`](?:style|on)",
              "[{,]\\s*\"?style\"?\\s*:",
              "\\bcssText\\b")
          .map(Pattern::compile)
          .toList();

  private static final List<Pattern> FORBIDDEN_IN_PAGES =
      Stream.of(
              "(?i)<style",
              "(?i)\\sstyle\\s*=",
              "(?i)\\son\\w+\\s*=",
              "(?i)<base",
              "(?i)<iframe",
              "(?i)javascript:",
              "(?i)<script(?![^>]*\\ssrc=)",
              "(?is)<script[^>]*>\\s*[^<\\s]")
          .map(Pattern::compile)
          .toList();

  private static final List<Pattern> FORBIDDEN_IN_SHEETS =
      Stream.of("(?i)@import", "(?i)url\\(", "(?i)expression\\(").map(Pattern::compile).toList();

  @TestFactory
  Stream<DynamicTest> everyAsset() {
    return assets().stream()
        .map(
            asset ->
                dynamicTest(
                    root().relativize(asset).toString(),
                    () -> scriptsContainNoForbiddenCode(asset)));
  }

  @Test
  void everyReferencedAssetExists() {
    List<Path> assets = assets();
    for (Path asset : assets) {
      for (String named : namedBy(asset)) {
        assertThat(asset.resolveSibling(named).normalize())
            .as("%s, named by %s", named, asset)
            .isIn(assets);
      }
    }
  }

  @Test
  void noAssetIsUnused() {
    Set<Path> named = new HashSet<>(Set.of(root().resolve("index.html")));
    List<Path> assets = assets();
    assets.forEach(
        asset -> namedBy(asset).forEach(each -> named.add(asset.resolveSibling(each).normalize())));
    assertThat(named).containsAll(assets);
  }

  @Test
  void refusesModulesThatImportEachOther() {
    Map<String, String> files =
        Map.of(
            "index.html", "<script type=\"module\" src=\"a.js\"></script>",
            "a.js", "import { b } from \"./b.js\";\n",
            "b.js", "import { a } from \"./a.js\";\n");
    Assets assets = new Assets(files::get);
    // Each request fails, not only the first.
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> assets.has("/"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Modules import each other in a cycle: a.js, b.js, a.js");
    }
  }

  private static void scriptsContainNoForbiddenCode(Path asset) {
    String text = read(asset);
    assertThat(forbiddenIn(asset))
        .allSatisfy(each -> assertThat(each.matcher(text).find()).as(each.pattern()).isFalse());
    assertThat(ADDRESS.matcher(text).results().map(MatchResult::group))
        .allSatisfy(each -> assertThat(each).isEqualTo(SVG));
    assertThat(text.lines().count()).as("lines").isLessThan(MOST_LINES);
  }

  private static List<Pattern> forbiddenIn(Path asset) {
    String name = asset.toString();
    if (name.endsWith(".js")) {
      return FORBIDDEN_IN_SCRIPTS;
    }
    return name.endsWith(".css") ? FORBIDDEN_IN_SHEETS : FORBIDDEN_IN_PAGES;
  }

  private static List<String> namedBy(Path asset) {
    Pattern names = asset.toString().endsWith(".html") ? LINK : IMPORT;
    return names
        .matcher(read(asset))
        .results()
        .map(each -> each.group(each.groupCount() > 1 && each.group(1) == null ? 2 : 1))
        .toList();
  }

  private static List<Path> assets() {
    try (Stream<Path> files = Files.walk(root())) {
      return files
          .filter(each -> each.toString().matches(".*\\.(?:js|css|html|svg)"))
          .sorted()
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Path root() {
    URL page =
        Objects.requireNonNull(AssetsTest.class.getResource("/io/ringhaul/console/index.html"));
    try {
      return Objects.requireNonNull(Path.of(page.toURI()).getParent());
    } catch (URISyntaxException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
