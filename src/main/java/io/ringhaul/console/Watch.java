package io.ringhaul.console;

import java.util.List;

/**
 * The state of a job or of the job list, shared by the clients that watch it. Used by one thread
 * after construction.
 */
interface Watch {

  /**
   * Returns the changes since the last call.
   *
   * @throws io.javalin.http.NotFoundResponse if the watched job no longer exists
   */
  List<Event> changes();

  /** Returns the last state, which is among the changes if it was new. */
  Event state();
}
