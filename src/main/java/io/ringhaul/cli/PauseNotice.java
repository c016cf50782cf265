package io.ringhaul.cli;

import io.ringhaul.limits.Pause;
import io.ringhaul.limits.PauseListener;

/** Says on standard error that an operation pauses and that it goes on. */
final class PauseNotice implements PauseListener {

  private final String operation;
  private final ProgressDisplay display;

  /**
   * @param operation the operation for people, such as {@code export store.orders}
   */
  PauseNotice(String operation, ProgressDisplay display) {
    this.operation = operation;
    this.display = display;
  }

  @Override
  public void paused(Pause pause) {
    display.say(operation + " is paused: " + pause.reason());
  }

  @Override
  public void resumed(Pause pause) {
    display.say(operation + " goes on");
  }
}
