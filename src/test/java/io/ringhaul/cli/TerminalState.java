package io.ringhaul.cli;

import io.ringhaul.monitor.Progress;
import java.time.Instant;

/** What the command line says of an operation, for tests of other packages. */
public final class TerminalState {

  private TerminalState() {}

  /** The sentence below the figures; empty if nothing is known. */
  public static String of(Progress progress, Instant now) {
    return ProgressLines.state(progress, now);
  }
}
