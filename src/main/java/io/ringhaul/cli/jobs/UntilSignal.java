package io.ringhaul.cli.jobs;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for Ctrl-C or SIGTERM and keeps the process alive until all resources are closed. A second
 * signal ends the process immediately.
 */
public final class UntilSignal implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(UntilSignal.class);

  private static final long PATIENCE_SECONDS = 10;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread hook = new Thread(this::signalled, "ringhaul-end");

  private UntilSignal() {}

  /** Registers for signals. */
  public static UntilSignal listening() {
    UntilSignal listening = new UntilSignal();
    Runtime.getRuntime().addShutdownHook(listening.hook);
    return listening;
  }

  /**
   * Registers for signals in a process that must not begin to shut down before all resources are
   * closed: other shutdown hooks end what they need. After a signal the caller closes them and
   * returns, and nothing needs to be closed here.
   */
  public static UntilSignal beforeShutdown() {
    UntilSignal listening = listening();
    SecondSignal.firstRuns(
        () -> {
          listening.close();
          listening.asked.countDown();
        });
    return listening;
  }

  private void signalled() {
    SecondSignal.endsTheProcess(() -> {});
    asked.countDown();
    boolean isClosed = false;
    try {
      isClosed = closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      // Nothing interrupts shutdown hooks; after an interrupt the process ends.
    }
    LOG.debug("The process ends; all resources closed: {}", isClosed);
  }

  /** Returns after a signal. */
  public void await() throws InterruptedException {
    asked.await();
  }

  /** Called after all resources are closed. */
  @Override
  public void close() {
    closed.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is shutting down: the hook is running and returns now.
    }
  }
}
