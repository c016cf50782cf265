package io.ringhaul.cli;

import io.ringhaul.resource.Pause;
import io.ringhaul.resource.PauseListener;
import java.io.PrintWriter;

/** Says on standard error that an operation pauses and that it goes on. */
final class PauseNotice implements PauseListener {

  private final String operation;
  private final PrintWriter err;

  /**
   * @param operation the operation for people, such as {@code export store.orders}
   */
  PauseNotice(String operation, PrintWriter err) {
    this.operation = operation;
    this.err = err;
  }

  @Override
  public void paused(Pause pause) {
    say(operation + " is paused: " + pause.reason());
  }

  @Override
  public void resumed(Pause pause) {
    say(operation + " goes on");
  }

  private void say(String line) {
    err.println(line);
    err.flush();
  }
}
