package io.ringhaul.cli;

import io.ringhaul.exceptions.IncompleteOperationException;
import io.ringhaul.exceptions.InvalidSettingException;

/** The exit codes of the process. */
final class ExitCode {

  static final int DONE = 0;
  static final int FAILED = 1;
  static final int WRONG_USAGE = 2;
  static final int INCOMPLETE = 3;

  private ExitCode() {}

  static int of(Throwable failure) {
    if (failure instanceof IncompleteOperationException) {
      return INCOMPLETE;
    }
    return failure instanceof InvalidSettingException ? WRONG_USAGE : FAILED;
  }
}
