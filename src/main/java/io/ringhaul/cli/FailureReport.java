package io.ringhaul.cli;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnknownWriteOutcomeException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says on standard error what failed, in one sentence; a stack trace only on request. */
final class FailureReport implements IExecutionExceptionHandler {

  private static final String DEBUG_VARIABLE = "RINGHAUL_DEBUG";
  private static final int MOST_LINES = 20;

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine commandLine, ParseResult parsed) {
    tell(commandLine, failure);
    return ExitCode.of(failure);
  }

  /** Says what failed, and where the help is if a setting is wrong. */
  static void tell(CommandLine commandLine, Throwable failure) {
    PrintWriter err = commandLine.getErr();
    if (failure instanceof BulkOperationException known) {
      err.println("ringhaul: " + OptionNames.message(known));
      list(err, known.failedRanges(), "more");
      if (known instanceof UnknownWriteOutcomeException doubtful) {
        list(err, doubtful.rows(), "more; with --json all of them are told");
      }
    } else {
      err.println(
          "ringhaul: unexpected "
              + failure
              + "; set "
              + DEBUG_VARIABLE
              + "=1 for the stack trace and report it");
    }
    if (failure instanceof InvalidSettingException) {
      UsageReport.sayWhereHelpIs(err, commandLine);
    }
    if (System.getenv(DEBUG_VARIABLE) != null) {
      failure.printStackTrace(err);
    }
    err.flush();
  }

  private static void list(PrintWriter err, List<?> facts, String more) {
    facts.stream().limit(MOST_LINES).forEach(fact -> err.println("  " + fact));
    if (facts.size() > MOST_LINES) {
      err.println("  and " + (facts.size() - MOST_LINES) + " " + more);
    }
  }
}
