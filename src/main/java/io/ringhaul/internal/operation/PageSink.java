package io.ringhaul.internal.operation;

import io.ringhaul.internal.scan.Page;

/** Receives the pages of a read. Several threads call it concurrently. */
@FunctionalInterface
public interface PageSink {

  /** Processes all rows of a page and returns when the page is no longer needed. */
  void accept(Page page) throws InterruptedException;
}
