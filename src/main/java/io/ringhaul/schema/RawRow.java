package io.ringhaul.schema;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One row as the bytes that travel between driver and server: the i-th value in the native
 * protocol's serialized form, null where the row has none. The buffers belong to the row: readers
 * must not move their position.
 */
@FunctionalInterface
public interface RawRow {

  /** The serialized value of the i-th column, counted from 0; null if the row has none. */
  @Nullable ByteBuffer bytes(int column);
}
