package io.ringhaul.proofs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/**
 * Writes {@code docs/proofs.md} from the reports of a run of the profile {@code all}: the date, the
 * commit and the result of each kind of test.
 */
public final class Proofs {

  private static final String SLOW = "slow-reports";

  /** The ending of a test class's name, and the profile that runs such classes. */
  private static final Map<String, String> PROFILES =
      Map.of(
          "Test", "the gate: unit tests",
          "IT", "the gate: integration tests",
          "Faults", "`faults`",
          "Interop", "`interop`",
          "Lake", "`lake`",
          "Conformance", "`conformance`",
          "Postgres", "`postgres`",
          "ConsoleWatchers", "`console`",
          "ConsoleBrowser", "`browser`");

  private record Outcome(int classes, int tests, int failed, int skipped, double seconds) {

    private static final Outcome NONE = new Outcome(0, 0, 0, 0, 0);

    Outcome plus(Element suite) {
      return new Outcome(
          classes + 1,
          tests + number(suite, "tests"),
          failed + number(suite, "failures") + number(suite, "errors"),
          skipped + number(suite, "skipped"),
          seconds + Double.parseDouble(suite.getAttribute("time").replace(",", "")));
    }

    private static int number(Element suite, String attribute) {
      return Integer.parseInt(suite.getAttribute(attribute));
    }
  }

  private Proofs() {}

  public static void main(String[] args) throws Exception {
    Map<String, Outcome> outcomes = new TreeMap<>();
    for (String folder : List.of("surefire-reports", "failsafe-reports", SLOW)) {
      try (Stream<Path> reports = Files.list(Path.of("target", folder))) {
        reports
            .filter(report -> report.getFileName().toString().matches("TEST-.*\\.xml"))
            .map(Proofs::suite)
            .forEach(
                suite ->
                    outcomes.merge(
                        folder.equals(SLOW) ? "`slow`" : profile(suite.getAttribute("name")),
                        Outcome.NONE.plus(suite),
                        (before, one) -> before.plus(suite)));
      }
    }
    Files.writeString(Path.of("docs", "proofs.md"), page(outcomes));
  }

  private static Element suite(Path report) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(report.toFile())
          .getDocumentElement();
    } catch (Exception e) {
      throw new IllegalStateException("Cannot read the report " + report, e);
    }
  }

  private static String profile(String testClass) {
    return PROFILES.entrySet().stream()
        .filter(each -> testClass.endsWith(each.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("other");
  }

  private static String page(Map<String, Outcome> outcomes) {
    StringBuilder page =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                """
                # The last full proof

                `mvn -Pall verify` wrote this page on %s, at commit %s, on Java %s with %d processors.

                | tests | classes | tests | failed | skipped | minutes |
                | --- | --- | --- | --- | --- | --- |
                """,
                LocalDate.now(ZoneOffset.UTC),
                commit(),
                System.getProperty("java.version"),
                Runtime.getRuntime().availableProcessors()));
    outcomes.forEach(
        (profile, outcome) ->
            page.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %d | %,d | %d | %d | %.1f |%n",
                    profile,
                    outcome.classes(),
                    outcome.tests(),
                    outcome.failed(),
                    outcome.skipped(),
                    outcome.seconds() / 60)));
    return page.toString();
  }

  private static String commit() {
    try {
      Process git =
          new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=12").start();
      return "`"
          + new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip()
          + "`";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
