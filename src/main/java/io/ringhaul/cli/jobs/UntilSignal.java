package io.ringhaul.cli.jobs;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until this process is asked to end, by Ctrl-C or SIGTERM, and keeps it alive until what was
 * opened is closed. A second signal ends it at once.
 */
public final class UntilSignal implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(UntilSignal.class);

  private static final long PATIENCE_SECONDS = 10;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::signalled, "ringhaul-end");

  private UntilSignal() {}

  /** Begins to listen. */
  public static UntilSignal listening() {
    UntilSignal listening = new UntilSignal();
    Runtime.getRuntime().addShutdownHook(listening.hook);
    return listening;
  }

  private void signalled() {
    SecondSignal.endsTheProcess();
    asked.countDown();
    boolean isClosed = false;
    try {
      isClosed = closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      // Nobody interrupts a hook; if somebody does, the process is to end.
    }
    LOG.debug("The process ends; all is closed: {}", isClosed);
  }

  /** Returns when the process is asked to end. */
  public void await() throws InterruptedException {
    asked.await();
  }

  /** All is closed. */
  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook runs, and now returns.
    }
  }
}
