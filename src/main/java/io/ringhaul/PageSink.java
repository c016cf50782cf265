package io.ringhaul;

import io.ringhaul.scan.Page;

/** Takes the pages of a read, from several threads at once. */
@FunctionalInterface
interface PageSink {

  /** Takes all rows of a page; returns when it has no more use for it. */
  void accept(Page page) throws InterruptedException;
}
