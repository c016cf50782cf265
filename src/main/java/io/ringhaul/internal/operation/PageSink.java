package io.ringhaul.internal.operation;

import io.ringhaul.internal.scan.Page;

/** Receives the pages of a read. Several threads call it concurrently. */
@FunctionalInterface
public interface PageSink {

  /** Processes all rows of a page and returns when the page is no longer needed. */
  void accept(Page page) throws InterruptedException;

  /** The receiver of the pages of one task, which one thread calls. Default: this. */
  default PageSink ofTask() {
    return this;
  }

  /** Called on the receiver of a task after its last page. */
  default void taskEnded() {
    // Does nothing by default.
  }
}
