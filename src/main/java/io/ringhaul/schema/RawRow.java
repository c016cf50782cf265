package io.ringhaul.schema;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A row as serialized values of the native protocol. The buffers belong to the row: readers must
 * not change their position.
 */
@FunctionalInterface
public interface RawRow {

  /** Returns the serialized value of a column, counted from 0; null if the row has none. */
  @Nullable ByteBuffer bytes(int column);
}
