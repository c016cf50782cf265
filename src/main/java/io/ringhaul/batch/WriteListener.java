package io.ringhaul.batch;

/** Called for each acknowledged request, on the driver's threads. Must not block. */
@FunctionalInterface
public interface WriteListener {

  /**
   * Called with the statements of a request and the bytes of their values; statements added
   * together count as one.
   */
  void written(long statements, long bytes);
}
