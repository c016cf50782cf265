package io.ringhaul.cli;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Reports a failure on standard error in one sentence; the stack trace only with {@code --verbose}
 * or {@code RINGHAUL_DEBUG}.
 */
final class FailureReport implements IExecutionExceptionHandler {

  private static final String DEBUG_VARIABLE = "RINGHAUL_DEBUG";
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
    if (failure instanceof BulkOperationException known) {
      err.println("ringhaul: " + OptionNames.message(known));
      list(err, known.failedRanges(), "more");
      if (known instanceof UnknownWriteOutcomeException doubtful) {
        list(err, doubtful.rows(), "more; --json lists all of them");
      }
    } else {
      err.println(
          "ringhaul: unexpected "
              + failure
              + "; give --verbose for the stack trace and report this error");
    }
    if (failure instanceof InvalidSettingException) {
      UsageReport.sayWhereHelpIs(err, commandLine);
    }
    if (System.getenv(DEBUG_VARIABLE) != null || isVerbose(commandLine)) {
      failure.printStackTrace(err);
    }
    err.flush();
  }

  private static boolean isVerbose(CommandLine commandLine) {
    ParseResult parsed = commandLine.getParseResult();
    ParseResult command = parsed != null && parsed.hasSubcommand() ? parsed.subcommand() : parsed;
    return command != null && command.matchedOptionValue("--verbose", false);
  }

  private static void list(PrintWriter err, List<?> facts, String more) {
    facts.stream().limit(MOST_LINES).forEach(fact -> err.println("  " + fact));
    if (facts.size() > MOST_LINES) {
      err.println("  and " + (facts.size() - MOST_LINES) + " " + more);
    }
  }
}
