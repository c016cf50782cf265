package io.ringhaul.console;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** An event in the form of {@code text/event-stream}, made once for all who watch. */
final class Event {

  /** A line that clients pass over, and that tells whether they are there. */
  static final Event KEEP_ALIVE = new Event(": still here\n\n".getBytes(StandardCharsets.UTF_8));

  private static final AtomicLong NUMBERS = new AtomicLong();

  private final byte[] bytes;

  private Event(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * One with a number of its own.
   *
   * @param name what clients know it by
   * @param json its data, on one line
   */
  static Event of(String name, byte[] json) {
    String text =
        "id: "
            + NUMBERS.incrementAndGet()
            + "\nevent: "
            + name
            + "\ndata: "
            + new String(json, StandardCharsets.UTF_8)
            + "\n\n";
    return new Event(text.getBytes(StandardCharsets.UTF_8));
  }

  byte[] bytes() {
    return bytes;
  }
}
