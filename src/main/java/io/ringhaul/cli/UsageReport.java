package io.ringhaul.cli;

import java.io.PrintWriter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;

/**
 * Reports invalid arguments on standard error: the reason, the most similar name and the help
 * command.
 */
final class UsageReport implements IParameterExceptionHandler {

  /** Names are similar if at most one of this many characters differs. */
  private static final int LEAST_PART_THAT_DIFFERS = 3;

  private static final Pattern NOT_A_CHOICE =
      Pattern.compile(
          "expected one of \\[(.*)] \\(case-insensitive\\) but was '(.*)'", Pattern.DOTALL);

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    List<String> unmatched = command.getUnmatchedArguments();
    PrintWriter err = command.getErr();
    if (unmatched.isEmpty()) {
      err.println("ringhaul: " + reason(failure) + OptionDefaults.origin(failure));
    } else {
      // Reported before a missing option: the missing option may be the misspelt argument.
      String first = unmatched.get(0);
      boolean isOption = first.startsWith("-");
      String name = isOption ? first.replaceFirst("=.*", "") : first;
      err.println(
          "ringhaul: Unknown "
              + (isOption ? "option" : "argument")
              + " '"
              + name
              + "'"
              + nearest(name, names(command, isOption))
                  .map(known -> "; did you mean '" + known + "'?")
                  .orElse(""));
    }
    sayWhereHelpIs(err, command);
    return ExitCode.WRONG_USAGE;
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

  /** The most similar name; empty if no name is similar. */
  static Optional<String> nearest(String misspelt, Collection<String> names) {
    return names.stream()
        .filter(name -> distance(misspelt, name) * LEAST_PART_THAT_DIFFERS <= name.length())
        .min(Comparator.comparingInt(name -> distance(misspelt, name)));
  }

  /**
   * The number of insertions, deletions, replacements and swaps of neighbours between two texts.
   */
  private static int distance(String from, String to) {
    int[] twoBefore = new int[to.length() + 1];
    int[] before = IntStream.rangeClosed(0, to.length()).toArray();
    for (int i = 1; i <= from.length(); i++) {
      int[] now = new int[to.length() + 1];
      now[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        boolean equal = from.charAt(i - 1) == to.charAt(j - 1);
        now[j] = Math.min(before[j - 1] + (equal ? 0 : 1), 1 + Math.min(before[j], now[j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        now[j] = swapped ? Math.min(now[j], 1 + twoBefore[j - 2]) : now[j];
      }
      twoBefore = before;
      before = now;
    }
    return before[to.length()];
  }
}
