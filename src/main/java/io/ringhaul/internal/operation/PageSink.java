package io.ringhaul.internal.operation;

import io.ringhaul.internal.scan.Page;

/** Takes the pages of a read, from several threads at once. */
@FunctionalInterface
public interface PageSink {

  /** Takes all rows of a page; returns when it has no more use for it. */
  void accept(Page page) throws InterruptedException;
}
