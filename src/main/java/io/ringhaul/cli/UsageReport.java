package io.ringhaul.cli;

import io.ringhaul.internal.text.SimilarNames;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;

/**
 * Reports invalid arguments on standard error: the reason, the most similar name and the help
 * command.
 */
final class UsageReport implements IParameterExceptionHandler {

  private static final Pattern NOT_A_CHOICE =
      Pattern.compile(
          "expected one of \\[(.*)] \\(case-insensitive\\) but was '(.*)'", Pattern.DOTALL);

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("ringhaul: " + message(failure));
    sayWhereHelpIs(err, command);
    return ExitCode.WRONG_USAGE;
  }

  /** Returns the reason, with the most similar name of an unknown argument. */
  static String message(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    List<String> unmatched = command.getUnmatchedArguments();
    if (unmatched.isEmpty()) {
      return reason(failure) + OptionDefaults.origin(failure);
    }
    // Reported before a missing option: the missing option may be the misspelt argument.
    String first = unmatched.get(0);
    boolean isOption = first.startsWith("-");
    String name = isOption ? first.replaceFirst("=.*", "") : first;
    return "Unknown "
        + (isOption ? "option" : "argument")
        + " '"
        + name
        + "'"
        + SimilarNames.nearest(name, names(command, isOption))
            .map(known -> "; did you mean '" + known + "'?")
            .orElse("");
  }

  /** The parser's message, reworded where a value is not one of a choice. */
  private static String reason(ParameterException failure) {
    return NOT_A_CHOICE
        .matcher(String.valueOf(failure.getMessage()))
        .replaceFirst(
            found ->
                Matcher.quoteReplacement(
                    "'"
                        + found.group(2)
                        + "' is not one of "
                        // Names are accepted in any case.
                        + found.group(1).toLowerCase(Locale.ROOT)));
  }

  /** Prints the command that shows the options. */
  static void sayWhereHelpIs(PrintWriter err, CommandLine command) {
    err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'");
    err.flush();
  }

  private static Collection<String> names(CommandLine command, boolean ofOptions) {
    return ofOptions
        ? command.getCommandSpec().optionsMap().keySet()
        : command.getSubcommands().keySet();
  }
}
