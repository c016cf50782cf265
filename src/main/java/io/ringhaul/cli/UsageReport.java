package io.ringhaul.cli;

import java.io.PrintWriter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;

/**
 * Reports wrong arguments on standard error: the reason, the nearest name, and where the help is.
 */
final class UsageReport implements IParameterExceptionHandler {

  /** A name of which more than a third is different is another name, not a misspelt one. */
  private static final int LEAST_PART_THAT_DIFFERS = 3;

  @Override
  public int handleParseException(ParameterException failure, String[] arguments) {
    CommandLine command = failure.getCommandLine();
    List<String> unmatched = command.getUnmatchedArguments();
    PrintWriter err = command.getErr();
    if (unmatched.isEmpty()) {
      err.println("ringhaul: " + failure.getMessage());
    } else {
      // Told before an option that is missing: that one may be there under a misspelt name.
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

  /** Says which command shows the options. */
  static void sayWhereHelpIs(PrintWriter err, CommandLine command) {
    err.println("See '" + command.getCommandSpec().qualifiedName() + " --help'");
    err.flush();
  }

  private static Collection<String> names(CommandLine command, boolean ofOptions) {
    return ofOptions
        ? command.getCommandSpec().optionsMap().keySet()
        : command.getSubcommands().keySet();
  }

  /** The name that a misspelt one most likely stands for. */
  static Optional<String> nearest(String misspelt, Collection<String> names) {
    return names.stream()
        .filter(name -> distance(misspelt, name) * LEAST_PART_THAT_DIFFERS <= name.length())
        .min(Comparator.comparingInt(name -> distance(misspelt, name)));
  }

  /** How many characters are to be added, left out, replaced or swapped with the next one. */
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
