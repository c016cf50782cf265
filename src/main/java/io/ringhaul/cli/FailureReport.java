package io.ringhaul.cli;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.FailedRange;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says on standard error what failed, in one sentence; a stack trace only on request. */
final class FailureReport implements IExecutionExceptionHandler {

  private static final String DEBUG_VARIABLE = "RINGHAUL_DEBUG";
  private static final int MOST_RANGES = 20;

  @Override
  public int handleExecutionException(
      Exception failure, CommandLine commandLine, ParseResult parsed) {
    PrintWriter err = commandLine.getErr();
    if (failure instanceof BulkOperationException known) {
      err.println("ringhaul: " + known.getMessage());
      ranges(err, known.failedRanges());
    } else {
      err.println(
          "ringhaul: unexpected "
              + failure
              + "; set "
              + DEBUG_VARIABLE
              + "=1 for the stack trace and report it");
    }
    if (System.getenv(DEBUG_VARIABLE) != null) {
      failure.printStackTrace(err);
    }
    err.flush();
    return ExitCode.of(failure);
  }

  private static void ranges(PrintWriter err, List<FailedRange> failed) {
    failed.stream().limit(MOST_RANGES).forEach(range -> err.println("  " + range));
    if (failed.size() > MOST_RANGES) {
      err.println("  and " + (failed.size() - MOST_RANGES) + " more");
    }
  }
}
