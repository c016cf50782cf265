package io.ringhaul.proofs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Writes the table of what the profile {@code matrix} ran, from the reports of the run, to {@link
 * #TABLE} and into the pages that show it.
 */
public final class Matrix {

  static final Path TABLE = Path.of("src/test/resources/io/ringhaul/proofs/matrix.md");

  static final List<Path> PAGES =
      List.of(Path.of("CONTRIBUTING.md"), Path.of("docs/compatibility.md"));

  private static final String HEAD =
      """
      | Cassandra | driver | classes | tests | failed | skipped |
      | --- | --- | --- | --- | --- | --- |
      """;

  private static final Pattern DRIVER =
      Pattern.compile(
          "/(com/datastax/oss|org/apache/cassandra|com/scylladb)/java-driver-core/([0-9.]+)/");

  /** A table with the head of {@link #HEAD}. */
  static final Pattern SHOWN = Pattern.compile(Pattern.quote(HEAD) + "(\\|.*\\n)*");

  private Matrix() {}

  public static void main(String[] args) throws Exception {
    StringBuilder table = new StringBuilder(HEAD);
    try (Stream<Path> runs = Files.list(Path.of("target", "matrix"))) {
      for (Path run : runs.sorted().toList()) {
        table.append(row(run));
      }
    }
    Files.writeString(TABLE, table);
    for (Path page : PAGES) {
      String text = Files.readString(page);
      Files.writeString(
          page, SHOWN.matcher(text).replaceFirst(Matcher.quoteReplacement(table.toString())));
    }
  }

  private static String row(Path run) throws Exception {
    String cassandra = "";
    String driver = "";
    int classes = 0;
    int tests = 0;
    int failed = 0;
    int skipped = 0;
    try (Stream<Path> reports = Files.list(run)) {
      for (Path report : reports.filter(each -> each.toString().endsWith(".xml")).toList()) {
        Element suite = suite(report);
        cassandra = property(suite, "ringhaul.cassandra");
        driver = driver(property(suite, "surefire.test.class.path"));
        classes++;
        tests += number(suite, "tests");
        failed += number(suite, "failures") + number(suite, "errors");
        skipped += number(suite, "skipped");
      }
    }
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %,d | %d | %d |%n",
        cassandra,
        driver,
        classes,
        tests,
        failed,
        skipped);
  }

  /** The coordinate of the only driver on a class path. */
  private static String driver(String classPath) throws IOException {
    List<String> found =
        DRIVER
            .matcher(classPath)
            .results()
            .map(jar -> "`" + jar.group(1).replace('/', '.') + "` " + jar.group(2))
            .toList();
    if (found.size() != 1) {
      throw new IOException("The tests need one driver on their class path, not " + found);
    }
    return found.get(0);
  }

  private static Element suite(Path report) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(report.toFile())
        .getDocumentElement();
  }

  private static String property(Element suite, String name) throws IOException {
    NodeList properties = suite.getElementsByTagName("property");
    for (int i = 0; i < properties.getLength(); i++) {
      Element property = (Element) properties.item(i);
      if (property.getAttribute("name").equals(name)) {
        return property.getAttribute("value");
      }
    }
    throw new IOException("The report of " + suite.getAttribute("name") + " has no " + name);
  }

  private static int number(Element suite, String attribute) {
    return Integer.parseInt(suite.getAttribute(attribute));
  }
}
