package io.ringhaul.internal.operation;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes what was opened, the last first, and all of it whatever fails. */
final class Closers implements AutoCloseable {

  private final Deque<Runnable> closers = new ArrayDeque<>();

  /** What is to be done when this is closed. */
  void add(Runnable closer) {
    closers.push(closer);
  }

  @Override
  public void close() {
    Throwable failure = null;
    while (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } catch (RuntimeException | Error e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure instanceof Error error) {
      throw error;
    } else if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }
}
