package io.ringhaul.cli;

import io.ringhaul.cli.jobs.StoredCommand;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;

/** Prints a script that completes commands and options in a shell. */
@Command(
    name = "completion",
    description = {
      "Prints a completion script. In ~/.bashrc or ~/.zshrc: source <(ringhaul completion bash), or"
          + " zsh. For fish: ringhaul completion fish > ~/.config/fish/completions/ringhaul.fish"
    },
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class CompletionCommand implements Runnable {

  /** The shells with a completion script. */
  enum Shell {
    BASH,
    ZSH,
    FISH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Parameters(paramLabel = "SHELL", description = "The shell: ${COMPLETION-CANDIDATES}.")
  private @Nullable Shell shell;

  @Override
  public void run() {
    CommandLine root = Main.commandLine();
    PrintWriter out = TerminalText.out();
    // The script for bash serves zsh, too: it loads zsh's emulation of bash's completion.
    out.print(shell == Shell.FISH ? fish(root) : AutoComplete.bash("ringhaul", root));
    out.flush();
  }

  private static String fish(CommandLine root) {
    StringBuilder script = new StringBuilder("complete -c ringhaul -f\n");
    commands(root, "__fish_use_subcommand", script);
    return script.toString();
  }

  private static void commands(CommandLine parent, String condition, StringBuilder script) {
    for (CommandLine command : new LinkedHashSet<>(parent.getSubcommands().values())) {
      CommandSpec spec = command.getCommandSpec();
      line(script, condition, "-a " + spec.name(), spec.usageMessage().description());
      String seen = "__fish_seen_subcommand_from " + spec.name();
      for (OptionSpec option : spec.options()) {
        line(script, seen, words(option), option.description());
      }
      if (!command.getSubcommands().isEmpty()) {
        String names = String.join(" ", command.getSubcommands().keySet());
        commands(command, seen + "; and not __fish_seen_subcommand_from " + names, script);
      }
    }
  }

  private static String words(OptionSpec option) {
    StringBuilder words = new StringBuilder();
    for (String name : option.names()) {
      words.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
    }
    if (option.arity().max() > 0) {
      // A value is needed; files complete where the option takes a path.
      words.append(" -r").append(StoredCommand.isPath(option) ? " -F" : "");
      if (option.completionCandidates() != null) {
        words.append(" -a '").append(String.join(" ", option.completionCandidates())).append('\'');
      }
    }
    return words.substring(1);
  }

  private static void line(
      StringBuilder script, String condition, String words, String... description) {
    String text = String.join(" ", description);
    int end = text.indexOf(". ");
    script
        .append("complete -c ringhaul -n '")
        .append(condition)
        .append("' ")
        .append(words)
        .append(" -d '")
        .append((end < 0 ? text : text.substring(0, end)).replace("\\", "\\\\").replace("'", "\\'"))
        .append("'\n");
  }
}
