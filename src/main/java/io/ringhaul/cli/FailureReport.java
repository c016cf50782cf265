package io.ringhaul.cli;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Reports a failure on standard error in one sentence, and the stack trace with {@code --verbose}.
 * A command without this option prints the stack trace of an unexpected failure.
 */
final class FailureReport implements IExecutionExceptionHandler {

  private static final int MOST_LINES = 20;

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine commandLine, ParseResult parsed) {
    tell(commandLine, failure);
    return ExitCode.of(failure);
  }

  /** Prints the failure, and how to get help if a setting is invalid. */
  static void tell(CommandLine commandLine, Throwable failure) {
    PrintWriter err = commandLine.getErr();
    Optional<OptionSpec> verbose = verboseOption(commandLine);
    boolean isVerbose = verbose.map(OptionSpec::getValue).filter(Boolean.TRUE::equals).isPresent();
    boolean hasStackTrace = isVerbose;
    if (failure instanceof BulkOperationException known) {
      err.println("ringhaul: " + OptionNames.message(known));
      list(err, known.failedRanges(), "more");
      if (known instanceof UnknownWriteOutcomeException doubtful) {
        list(err, doubtful.rows(), "more; --json lists all of them");
      }
    } else {
      hasStackTrace = isVerbose || verbose.isEmpty();
      err.println(
          "ringhaul: unexpected "
              + failure
              + (hasStackTrace
                  ? "; report this error with its stack trace:"
                  : "; give --verbose for the stack trace and report this error"));
    }
    if (failure instanceof InvalidSettingException) {
      UsageReport.sayWhereHelpIs(err, commandLine);
    }
    if (hasStackTrace) {
      failure.printStackTrace(err);
    }
    err.flush();
  }

  private static Optional<OptionSpec> verboseOption(CommandLine commandLine) {
    ParseResult parsed = commandLine.getParseResult();
    CommandSpec command =
        parsed != null && parsed.hasSubcommand()
            ? parsed.subcommand().commandSpec()
            : commandLine.getCommandSpec();
    return Optional.ofNullable(command.findOption("--verbose"));
  }

  private static void list(PrintWriter err, List<?> facts, String more) {
    facts.stream().limit(MOST_LINES).forEach(fact -> err.println("  " + fact));
    if (facts.size() > MOST_LINES) {
      err.println("  and " + (facts.size() - MOST_LINES) + " " + more);
    }
  }
}
