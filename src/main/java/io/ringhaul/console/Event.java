package io.ringhaul.console;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** A serialized event of a {@code text/event-stream}, shared by all clients. */
final class Event {

  /** A comment line that clients ignore; a failed write reveals a lost client. */
  static final Event KEEP_ALIVE = new Event(": still here\n\n".getBytes(StandardCharsets.UTF_8));

  private static final AtomicLong NUMBERS = new AtomicLong();

  private final byte[] bytes;

  private Event(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Creates an event with a unique id.
   *
   * @param name the event name
   * @param json the data on one line
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
