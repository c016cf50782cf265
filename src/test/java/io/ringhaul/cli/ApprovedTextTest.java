package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Compares help pages and typical errors with approved texts. */
class ApprovedTextTest {

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
          "export store.orders --format=csv --path=ftp://bucket/orders",
          "export store.orders --format=csv --path=orders --max-file-size=big",
          "import store.orders --format=csv",
          "jobs lsit",
          "jobs stop 1234 --waitt=3");

  @Test
  void textsAreApproved() throws IOException {
    ApprovedTexts.assertApproved("", texts());
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
}
