package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Compares docs/reference/cli.md with the options of the commands. {@code mvn test
 * -Dtest=ReferenceTest -Dringhaul.write=true} writes the page.
 */
class ReferenceTest {

  private static final Path PAGE = Path.of("docs/reference/cli.md");

  private static final Path DSBULK_PAGE = Path.of("docs/reference/dsbulk-settings.md");
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]+");

  @Test
  void pageHasAllCommandsAndOptions() throws IOException {
    String expected = page();
    if (Boolean.getBoolean("ringhaul.write")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, expected);
    }
    assertThat(PAGE)
        .as("Rewrite it with: mvn test -Dtest=ReferenceTest -Dringhaul.write=true")
        .hasContent(expected);
  }

  @Test
  void pageOfDsBulkNamesOptionsThatExist() throws IOException {
    Set<String> options = new TreeSet<>();
    Main.commandLine()
        .getSubcommands()
        .values()
        .forEach(command -> options.addAll(command.getCommandSpec().optionsMap().keySet()));
    assertThat(DSBULK_PAGE)
        .content()
        .satisfies(
            page ->
                assertThat(OPTION.matcher(page).results().map(MatchResult::group).toList())
                    .hasSizeGreaterThan(50)
                    .isSubsetOf(options));
  }

  private static String page() {
    StringBuilder page = new StringBuilder(1 << 16);
    page.append("# Commands and options\n\n")
        .append("Generated from the command line by `ReferenceTest`; do not edit it.\n");
    Main.commandLine().getSubcommands().values().forEach(command -> describe(command, page));
    return page.toString();
  }

  private static void describe(CommandLine command, StringBuilder page) {
    CommandSpec spec = command.getCommandSpec();
    page.append("\n## ")
        .append(spec.qualifiedName())
        .append("\n\n")
        .append(text(spec.usageMessage().description()))
        .append('\n');
    table(
        page,
        "argument",
        spec.positionalParameters().stream().filter(argument -> !argument.hidden()).toList());
    table(
        page,
        "option",
        spec.options().stream()
            .filter(option -> !option.hidden())
            .sorted(Comparator.comparing(OptionSpec::longestName))
            .toList());
    // A subcommand is there once for each of its names.
    new LinkedHashSet<>(command.getSubcommands().values()).forEach(each -> describe(each, page));
  }

  private static void table(StringBuilder page, String heading, List<? extends ArgSpec> arguments) {
    if (arguments.isEmpty()) {
      return;
    }
    page.append("\n| ").append(heading).append(" | meaning |\n| --- | --- |\n");
    for (ArgSpec argument : arguments) {
      page.append("| ")
          .append(names(argument))
          .append(" | ")
          .append(cell(text(argument.description())))
          .append(" |\n");
    }
  }

  private static String names(ArgSpec argument) {
    if (argument instanceof PositionalParamSpec) {
      return "`" + argument.paramLabel() + "`";
    }
    OptionSpec option = (OptionSpec) argument;
    String names =
        List.of(option.names()).stream()
            .map(name -> "`" + cell(name) + "`")
            .collect(Collectors.joining(" "));
    if (option.arity().max() == 0) {
      return names;
    }
    String value = "`" + cell(option.paramLabel()) + "`";
    return names + (option.arity().min() == 0 ? " (" + value + ")" : " " + value);
  }

  private static String text(String... lines) {
    return String.join(" ", lines).replace("%n", " ").replace("%%", "%").strip();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;");
  }
}
