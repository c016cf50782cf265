package io.ringhaul.console;

import java.util.List;

/** What is told to all who watch the same. Used by one thread, but for its making. */
interface Watch {

  /**
   * What has changed since the last time.
   *
   * @throws CallRefusal if there is nothing to watch any more
   */
  List<Event> changes();

  /** How things stood the last time; among the changes if that was new. */
  Event state();
}
