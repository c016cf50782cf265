package io.ringhaul.cli;

import io.ringhaul.exceptions.IncompleteOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobStoppedException;

/** The exit codes of the process. */
final class ExitCode {

  static final int DONE = 0;
  static final int FAILED = 1;
  static final int WRONG_USAGE = 2;
  static final int INCOMPLETE = 3;
  static final int STOPPED = 4;
  static final int DIFFERENT = 5;

  /** As of a program that SIGPIPE ends. */
  static final int READER_GONE = 141;

  private ExitCode() {}

  static int of(Throwable failure) {
    if (failure instanceof IncompleteOperationException) {
      return INCOMPLETE;
    }
    if (failure instanceof JobStoppedException) {
      return STOPPED;
    }
    return failure instanceof InvalidSettingException ? WRONG_USAGE : FAILED;
  }
}
