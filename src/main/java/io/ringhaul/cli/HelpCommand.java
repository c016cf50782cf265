package io.ringhaul.cli;

import io.ringhaul.internal.text.SimilarNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the help of a command, a topic with its options, or the manual page. */
@Command(
    name = "help",
    description = "Shows the help of a command, or one of the topics that 'ringhaul help' lists.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class HelpCommand implements Runnable {

  /** The groups of options that each topic shows; its text is a resource of the topic's name. */
  private static final Map<String, List<String>> TOPICS = topics();

  @Parameters(
      arity = "0..*",
      paramLabel = "COMMAND|TOPIC",
      hideParamSyntax = true,
      description = "A command, such as export or jobs resume, or a topic, such as csv.")
  private List<String> words = new ArrayList<>();

  @Option(names = "--man", description = "Prints the manual page of all commands, for man.")
  private boolean man;

  @Spec private @Nullable CommandSpec spec;

  private static Map<String, List<String>> topics() {
    Map<String, List<String>> topics = new LinkedHashMap<>();
    topics.put("csv", List.of("Files and format", "CSV and JSON", "Rows that do not fit"));
    topics.put("json", List.of("Files and format", "CSV and JSON", "Rows that do not fit"));
    topics.put("parquet", List.of("Files and format", "Rows that do not fit"));
    topics.put("iceberg", List.of("Files and format", "Iceberg", "Rows that do not fit"));
    topics.put("jobs", List.of("Job"));
    topics.put("throttling", List.of("Throttling"));
    topics.put("environment", List.of());
    return topics;
  }

  static Set<String> topicNames() {
    return TOPICS.keySet();
  }

  @Override
  public void run() {
    // All commands: the command line of 'help' has only this one.
    CommandLine root = Main.commandLine();
    // The same writer as for --help: it does not escape the colours of the page.
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    if (man) {
      out.print(ManPage.of(root));
    } else if (words.isEmpty()) {
      out.print(root.getUsageMessage());
      out.println();
      out.println("Topics: " + String.join(", ", TOPICS.keySet()));
    } else if (words.size() == 1 && TOPICS.containsKey(words.get(0))) {
      out.print(topic(root, words.get(0)));
    } else {
      out.print(command(root).getUsageMessage());
    }
    out.flush();
  }

  private CommandLine command(CommandLine root) {
    CommandLine found = root;
    for (String word : words) {
      CommandLine next = found.getSubcommands().get(word);
      if (next == null) {
        Set<String> known = new LinkedHashSet<>(found.getSubcommands().keySet());
        if (found == root) {
          known.addAll(TOPICS.keySet());
        }
        throw new ParameterException(
            Objects.requireNonNull(spec).commandLine(),
            String.format(
                "There is no command or topic '%s'%s",
                word,
                SimilarNames.nearest(word, known)
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse(": see 'ringhaul help'")));
      }
      found = next;
    }
    return found;
  }

  private static String topic(CommandLine root, String name) {
    StringBuilder page = new StringBuilder(text(name));
    Set<String> shown = new LinkedHashSet<>();
    for (String command : List.of("export", "import")) {
      CommandLine its = Objects.requireNonNull(root.getSubcommands().get(command));
      List<OptionSpec> options =
          Objects.requireNonNull(TOPICS.get(name)).stream()
              .flatMap(group -> HelpPage.group(group).stream())
              .map(option -> its.getCommandSpec().findOption(option))
              .filter(Objects::nonNull)
              .filter(option -> serves(option, name))
              .filter(option -> shown.add(String.join(" ", option.description())))
              .toList();
      if (!options.isEmpty()) {
        page.append(HelpPage.title("Options of " + command))
            .append(HelpPage.list(its.getHelp(), options));
      }
    }
    return page.toString();
  }

  /** Whether an option of several formats serves that of the topic. */
  private static boolean serves(OptionSpec option, String topic) {
    String description = String.join(" ", option.description());
    return switch (topic) {
      case "csv" -> description.contains("CSV") || !description.contains("JSON");
      case "json" -> description.contains("JSON") || !description.contains("CSV");
      case "parquet", "iceberg" ->
          !description.matches(".*\\b(CSV|JSON)\\b.*") || description.contains("iceberg");
      default -> true;
    };
  }

  private static String text(String topic) {
    try (InputStream in =
        Objects.requireNonNull(HelpCommand.class.getResourceAsStream("topics/" + topic + ".txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One manual page for all commands, in the man macros of troff. */
  private static final class ManPage {

    private final StringBuilder page = new StringBuilder();

    static String of(CommandLine root) {
      ManPage page = new ManPage();
      page.line(".TH RINGHAUL 1");
      page.section("NAME");
      page.text("ringhaul - " + description(root.getCommandSpec()));
      page.section("SYNOPSIS");
      page.line(".B ringhaul");
      page.text("COMMAND [OPTION...]");
      page.section("DESCRIPTION");
      page.text(
          "The commands follow, each with its options; then topics. 'ringhaul help COMMAND' shows"
              + " the options by groups, with examples.");
      page.commands(root);
      TOPICS.keySet().forEach(page::topic);
      page.section("EXIT STATUS");
      root.getCommandSpec().usageMessage().exitCodeList().forEach(page::item);
      return page.page.toString();
    }

    private void commands(CommandLine parent) {
      for (CommandLine command : new LinkedHashSet<>(parent.getSubcommands().values())) {
        CommandSpec spec = command.getCommandSpec();
        section(spec.qualifiedName());
        text(description(spec));
        spec.positionalParameters().forEach(each -> item(each.paramLabel(), description(each)));
        spec.options().stream()
            .filter(each -> !each.hidden() && !each.usageHelp() && !each.versionHelp())
            .forEach(
                each ->
                    item(
                        String.join(", ", each.names())
                            + (each.arity().max() == 0 ? "" : "=" + each.paramLabel()),
                        description(each)));
        commands(command);
      }
    }

    private void topic(String name) {
      section(name);
      line(".nf");
      HelpCommand.text(name).lines().forEach(this::text);
      line(".fi");
    }

    private void section(String title) {
      line(".SH \"" + title.toUpperCase(Locale.ROOT) + "\"");
    }

    private void item(String term, String text) {
      line(".TP");
      line(".B " + escaped(term));
      text(text);
    }

    /** Escapes what troff reads as a request or as a hyphen. */
    private static String escaped(String text) {
      return text.replace("\\", "\\e").replace("-", "\\-");
    }

    private void text(String text) {
      String escaped = escaped(text);
      line(escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped);
    }

    private void line(String line) {
      page.append(line).append('\n');
    }

    private static String description(CommandSpec command) {
      return joined(command.usageMessage().description());
    }

    private static String description(ArgSpec argument) {
      String candidates =
          argument.completionCandidates() == null
              ? ""
              : Stream.of(argument.completionCandidates())
                  .flatMap(each -> StreamSupport.stream(each.spliterator(), false))
                  .collect(Collectors.joining(", "));
      return joined(argument.description())
          .replace("${COMPLETION-CANDIDATES}", candidates)
          .replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValue()));
    }

    private static String joined(String... lines) {
      return String.join(" ", lines).replace("%%", "%");
    }
  }
}
