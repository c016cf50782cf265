package io.ringhaul.internal.jobstore;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A checksum over values in order, as texts. */
final class Checksum {

  private final CRC32C sum = new CRC32C();

  void add(@Nullable Object value) {
    if (value == null) {
      sum.update('n');
      return;
    }
    byte[] bytes = value.toString().getBytes(StandardCharsets.UTF_8);
    sum.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
    sum.update(bytes);
  }

  long value() {
    return sum.getValue();
  }
}
