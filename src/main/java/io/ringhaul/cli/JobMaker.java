package io.ringhaul.cli;

import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Makes jobs of commands that are not run yet. */
final class JobMaker {

  private static final String COMMAND = "command";
  private static final String CONFIG = "--config";
  private static final Map<String, JobKind> KINDS =
      Map.of("export", JobKind.EXPORT, "import", JobKind.IMPORT);

  private JobMaker() {}

  /**
   * A job of the arguments of an export or import.
   *
   * @throws InvalidSettingException if they are none, or have what a job does not keep
   */
  static Job make(List<String> arguments) {
    JobKind kind = arguments.isEmpty() ? null : KINDS.get(arguments.get(0));
    if (kind == null) {
      throw new InvalidSettingException(
          COMMAND, "A job's command begins with 'export' or 'import', not " + first(arguments));
    }
    for (String argument : arguments) {
      // The one reads a file when it is parsed, the other when the job runs.
      if (argument.startsWith("@") || name(argument).equals(CONFIG)) {
        throw new InvalidSettingException(
            COMMAND, "'" + argument + "' takes arguments from a file; give them one by one");
      }
    }
    ParseResult parsed = parse(arguments);
    CommandSpec spec = parsed.commandSpec();
    for (OptionSpec option : parsed.matchedOptions()) {
      if (StoredCommand.leavesOut(option)) {
        throw new InvalidSettingException(
            COMMAND,
            "A job does not keep " + option.longestName() + ": leave it out of the command");
      }
    }
    OperationCommand<?> operation = (OperationCommand<?>) spec.userObject();
    // What is out of bounds, or contradicts something else, is found here, not when the job runs.
    try {
      operation.check();
    } catch (InvalidSettingException e) {
      throw new InvalidSettingException(e.setting(), OptionNames.message(e));
    }
    List<String> command = StoredCommand.of(spec);
    return Job.pending(
        UUID.randomUUID(),
        kind.name().toLowerCase(Locale.ROOT) + " " + operation.table(),
        "",
        Map.of(),
        kind,
        JobDefinition.draft(command));
  }

  private static ParseResult parse(List<String> arguments) {
    String[] all = arguments.toArray(String[]::new);
    CommandLine commandLine = Main.commandLine(all).setExpandAtFiles(false);
    try {
      return commandLine.parseArgs(all).subcommand();
    } catch (ParameterException e) {
      throw new InvalidSettingException(COMMAND, "The command cannot be run: " + e.getMessage());
    }
  }

  private static String first(List<String> arguments) {
    return arguments.isEmpty() ? "with nothing" : "with '" + arguments.get(0) + "'";
  }

  private static String name(String argument) {
    int end = argument.indexOf('=');
    return end < 0 ? argument : argument.substring(0, end);
  }
}
