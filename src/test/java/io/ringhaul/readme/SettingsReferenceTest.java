package io.ringhaul.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Compares docs/reference/settings.md with the Javadoc of the settings. {@code mvn test
 * -Dtest=SettingsReferenceTest -Dringhaul.write=true} writes the page.
 */
class SettingsReferenceTest {

  private static final Path PAGE = Path.of("docs/reference/settings.md");
  private static final Path SOURCES = Path.of("src/main/java/io/ringhaul");

  /** The types with settings: a title, and the source. */
  private static final List<List<String>> TYPES =
      List.of(
          List.of("All operations", "OperationRequest"),
          List.of("Count, profile, read, verify, repair and export", "ScanRequest"),
          List.of("Read", "ReadRequest"),
          List.of("Profile", "ProfileRequest"),
          List.of("Verify and repair", "ComparisonRequest"),
          List.of("Verify", "VerifyRequest"),
          List.of("Repair", "RepairRequest"),
          List.of("Export", "ExportRequest"),
          List.of("Import and delete", "WriteRequest"),
          List.of("Import", "ImportRequest"),
          List.of("Delete", "DeleteRequest"),
          List.of("Follow", "FollowRequest"),
          List.of("Job", "job/JobOptions"),
          List.of("Operator", "TokenAwareBulkOperator"),
          List.of("Batch writer", "batch/BatchWriterBuilder"),
          List.of("Iceberg target", "iceberg/IcebergTarget"),
          List.of("Iceberg source", "iceberg/IcebergSource"),
          List.of("Parquet target", "parquet/ParquetTarget"),
          List.of("Parquet source", "parquet/ParquetSource"),
          List.of("JSON target", "json/JsonTarget"),
          List.of("JSON source", "json/JsonSource"),
          List.of("CSV target", "csv/CsvTarget"),
          List.of("CSV source", "csv/CsvSource"),
          List.of("Table source, for copies", "table/TableSource"));

  /** Javadoc, and the name of the public instance method after it. */
  private static final Pattern METHOD =
      Pattern.compile(
          "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+(?:\\([^)]*\\))?\\s*)*"
              + "public (?!static |record |class )(?:final )?[\\w<>, .]+ (\\w+)\\(",
          Pattern.DOTALL);

  private static final String DEFAULT = " Default: ";

  @Test
  void pageHasAllDefaults() throws IOException {
    String expected = page();
    if (Boolean.getBoolean("ringhaul.write")) {
      Files.writeString(PAGE, expected);
    }
    assertThat(PAGE)
        .as("Rewrite it with: mvn test -Dtest=SettingsReferenceTest -Dringhaul.write=true")
        .hasContent(expected);
    assertThat(expected.lines().filter(line -> line.startsWith("| `"))).hasSizeGreaterThan(100);
  }

  private static String page() throws IOException {
    StringBuilder page = new StringBuilder(1 << 15);
    page.append("# Settings and defaults\n\n")
        .append("Generated from the Javadoc by `SettingsReferenceTest`; do not edit it. ")
        .append("The Javadoc of a setting has its rules and errors. ")
        .append("[Commands and options](cli.md) has the options of the command line.\n");
    for (List<String> type : TYPES) {
      String name = type.get(1).replaceFirst(".*/", "");
      page.append("\n## ").append(type.get(0)).append(": `").append(name).append("`\n\n");
      page.append("| setting | meaning | default |\n| --- | --- | --- |\n");
      rows(Files.readString(SOURCES.resolve(type.get(1) + ".java"))).forEach(page::append);
    }
    return page.toString();
  }

  /** One row for each setting; of several methods with one name, the first with a default. */
  private static List<String> rows(String source) {
    Set<String> seen = new LinkedHashSet<>();
    return METHOD
        .matcher(source)
        .results()
        .filter(method -> text(method).contains(DEFAULT) && seen.add(method.group(2)))
        .map(SettingsReferenceTest::row)
        .toList();
  }

  private static String row(MatchResult method) {
    String text = text(method);
    int end = text.indexOf(DEFAULT);
    String meaning = text.substring(0, end);
    int sentence = meaning.indexOf(". ");
    return String.format(
        "| `%s` | %s | %s |\n",
        method.group(2),
        sentence < 0 ? meaning : meaning.substring(0, sentence + 1),
        firstSentence(text.substring(end + DEFAULT.length())));
  }

  /** The text up to a full stop before a capital letter, without the full stop. */
  private static String firstSentence(String text) {
    Matcher end = Pattern.compile("\\.(?= [A-Z]|$)").matcher(text);
    return end.find() ? text.substring(0, end.start()) : text;
  }

  /** The first paragraphs of the Javadoc in one line of Markdown. */
  private static String text(MatchResult method) {
    String text = " " + method.group(1).replaceAll("\\n\\s*\\* ?", " ").replaceAll("\\s+", " ");
    text = text.replaceFirst(" (@(param|throws|return|see) |<ul>).*", "").replace("<p>", "");
    text =
        Pattern.compile("\\{@(?:code|literal) ([^}]*)}")
            .matcher(text)
            .replaceAll(found -> Matcher.quoteReplacement("`" + found.group(1) + "`"));
    text =
        Pattern.compile("\\{@link(?:plain)? (?:[\\w.]*\\.)?(\\w*)#?(\\w*)(?:\\([^)]*\\))?([^}]*)}")
            .matcher(text)
            .replaceAll(found -> Matcher.quoteReplacement(link(found)));
    return text.strip().replace("|", "\\|");
  }

  /** The text of a link, or else the name of the member or type. */
  private static String link(MatchResult found) {
    String shown = found.group(3).strip();
    return !shown.isEmpty()
        ? shown
        : "`" + (found.group(2).isEmpty() ? found.group(1) : found.group(2)) + "`";
  }
}
