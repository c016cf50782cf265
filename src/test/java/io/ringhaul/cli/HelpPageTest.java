package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Help pages, topics, the manual page and completion scripts. */
class HelpPageTest {

  /** What the last group of a page is for. */
  private static final Set<String> GENERAL =
      Set.of(
          "--config",
          "--help",
          "--json",
          "--profile",
          "--quiet",
          "--skip-preflight",
          "--verbose",
          "--version");

  @ParameterizedTest
  @ValueSource(strings = {"count", "export", "import"})
  void groupsEachOption(String command) {
    String page = CapturedRun.inProcess(command, "--help").out();
    String general = page.substring(page.indexOf("\nGeneral:"));
    Set<String> names =
        Pattern.compile("(?m)^ {2,6}(?:-\\w, )?(--[a-z-]+)")
            .matcher(general)
            .results()
            .map(result -> result.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(names).isSubsetOf(GENERAL);
  }

  @Test
  void verifyHasOptionsThatExportPassesOn() {
    for (String command : new String[] {"export", "verify"}) {
      CommandLine parsed =
          Objects.requireNonNull(Main.commandLine(command).getSubcommands().get(command));
      assertThat(parsed.getCommandSpec().optionsMap())
          .as(command)
          .containsKeys(ExportCommand.OF_VERIFY.toArray(String[]::new));
    }
  }

  @Test
  void startsWithOneLineOfUsageAndExamples() {
    assertThat(CapturedRun.inProcess("export", "--help").out().lines().limit(6))
        .containsExactly(
            "Usage: ringhaul export KEYSPACE.TABLE --format=FORMAT [OPTION...]",
            "",
            "Exports a table; the result becomes visible in one atomic step.",
            "",
            "Examples:",
            "  ringhaul export store.orders --format=parquet --path=orders");
  }

  @Test
  void exampleCommandsParse() {
    Stream.of("count", "export", "import", "jobs", "console", "demo")
        .flatMap(command -> CapturedRun.inProcess(command, "--help").out().lines())
        .filter(line -> line.startsWith("  ringhaul "))
        .forEach(line -> DocumentedCommands.assertParses(line, line.strip()));
  }

  @Test
  void commandsOfTopicsParse() {
    HelpCommand.topicNames().stream()
        .flatMap(topic -> CapturedRun.inProcess("help", topic).out().lines())
        .filter(line -> line.startsWith("  ringhaul "))
        .forEach(line -> DocumentedCommands.assertParses(line, line.strip()));
  }

  @ParameterizedTest
  @CsvSource({
    "csv,--delimiter,--single-array",
    "json,--single-array,--delimiter",
    "iceberg,--partition-by,--delimiter",
    "parquet,--compression,--delimiter",
    "throttling,--protect-latency,--job",
    "jobs,--resume,--rate",
    "environment,RINGHAUL_MAX_CPU,--rate"
  })
  void topicShowsItsOptions(String topic, String has, String hasNot) {
    assertThat(CapturedRun.inProcess("help", topic).out())
        .contains(has)
        .doesNotContain("\n      " + hasNot);
  }

  @Test
  void helpShowsCommandsAndSuggestsNames() {
    assertThat(CapturedRun.inProcess("help", "jobs", "resume").out())
        .startsWith("Usage: ringhaul jobs resume ");
    assertThat(CapturedRun.inProcess("help").out())
        .contains("Topics: csv, json, parquet, iceberg, jobs, throttling, environment");
    CapturedRun misspelt = CapturedRun.inProcess("help", "parqet");
    assertThat(misspelt.exitCode()).isEqualTo(ExitCode.WRONG_USAGE);
    assertThat(misspelt.err()).contains("no command or topic 'parqet'; did you mean 'parquet'?");
  }

  @Test
  void manualPageHasEachCommandAndIsValid() throws Exception {
    String page = CapturedRun.inProcess("help", "--man").out();
    assertThat(page)
        .startsWith(".TH RINGHAUL 1\n")
        .contains(".SH \"RINGHAUL EXPORT\"", ".SH \"RINGHAUL JOBS RESUME\"", "\\-\\-max\\-cpu")
        // Users write ${env:NAME}; other variables are picocli's.
        .doesNotContainPattern("\\$\\{(?!env:)");
    assertThat(page.lines().filter(line -> line.matches("\\.(?!TH|SH|TP|B |nf|fi).*"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"bash,complete -F", "zsh,bashcompinit", "fish,complete -c ringhaul -n"})
  void completionScriptNamesCommandsAndOptions(String shell, String part) {
    assertThat(CapturedRun.inProcess("completion", shell).out())
        .contains(part)
        .contains("export")
        .contains("protect-latency");
  }

  @Test
  void versionNamesWhatItRunsOn() {
    assertThat(
            CapturedRun.inProcess("version")
                .out()
                .lines()
                .map(line -> line.replaceFirst(" .*", "")))
        .containsExactly("ringhaul", "Java", "Cassandra", "Iceberg");
    assertThat(CapturedRun.inProcess("--version").out())
        .isEqualTo(CapturedRun.inProcess("version").out());
  }
}
