package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * Compares help pages and typical errors with texts that a person has read and approved. {@code
 * -Dringhaul.approve=true} rewrites them.
 */
class ApprovedTextTest {

  private static final Path APPROVED = Path.of("src/test/resources/io/ringhaul/cli/approved");

  /** The width of help pages here, whatever the terminal of the test has. */
  private static final int WIDTH = 100;

  private static final List<String> ERRORS =
      List.of(
          "",
          "exprot store.orders",
          "count",
          "count store.orders --nothing-like-it",
          "count store.orders --paralelism=3",
          "count store.orders store.items",
          "count store.orders --tasks=many",
          "count store.orders --contact-point=127.0.0.1:x",
          "export store.orders --path=orders",
          "export store.orders --format=xml --path=orders",
          "export store.orders --format=csv --path=s3://bucket/orders",
          "export store.orders --format=csv --path=orders --max-file-size=big",
          "import store.orders --format=csv",
          "jobs lsit",
          "jobs stop 1234 --waitt=3");

  @Test
  void textsAreApproved() throws IOException {
    Map<String, String> texts = texts();
    if (Boolean.getBoolean("ringhaul.approve")) {
      Files.createDirectories(APPROVED);
      for (String old : approvedNames()) {
        Files.delete(APPROVED.resolve(old));
      }
      for (Map.Entry<String, String> text : texts.entrySet()) {
        Files.writeString(APPROVED.resolve(text.getKey()), text.getValue());
      }
    }
    assertThat(approvedNames()).isEqualTo(texts.keySet());
    for (Map.Entry<String, String> text : texts.entrySet()) {
      assertThat(text.getValue())
          .as("%s; -Dringhaul.approve=true rewrites it", text.getKey())
          .isEqualTo(Files.readString(APPROVED.resolve(text.getKey())));
    }
  }

  private static Map<String, String> texts() {
    Map<String, String> texts = new TreeMap<>();
    addHelp(Main.commandLine(), texts);
    texts.put(
        "errors.txt",
        ERRORS.stream().map(ApprovedTextTest::error).collect(Collectors.joining("\n")));
    return texts;
  }

  private static void addHelp(CommandLine command, Map<String, String> texts) {
    command.getCommandSpec().usageMessage().autoWidth(false).width(WIDTH);
    String name = command.getCommandSpec().qualifiedName("-");
    texts.put("help-" + name + ".txt", command.getUsageMessage(CommandLine.Help.Ansi.OFF));
    for (CommandLine each : new LinkedHashSet<>(command.getSubcommands().values())) {
      addHelp(each, texts);
    }
  }

  private static String error(String words) {
    CapturedRun run = CapturedRun.inProcess(words.isEmpty() ? new String[0] : words.split(" "));
    assertThat(run.exitCode()).as(words).isNotZero();
    assertThat(run.out()).as(words).isEmpty();
    return ("$ ringhaul " + words).strip()
        + "\n"
        // The driver logs its version once in a process.
        + run.err().replaceAll("(?m)^\\[main\\] INFO .*\\R", "")
        + "exit code "
        + run.exitCode()
        + "\n";
  }

  private static Set<String> approvedNames() throws IOException {
    try (Stream<Path> files = Files.list(APPROVED)) {
      return files
          .map(file -> file.getFileName().toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
