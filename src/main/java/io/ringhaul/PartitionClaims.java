package io.ringhaul;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Lets one reader alone write a partition's static lists, which every row of the partition carries:
 * a list that is written twice may hold its elements twice.
 *
 * <p>The rows of a partition must follow each other in the source, as they do in every export; then
 * a partition that several readers meet is the first or the last of each of them, and only these
 * need to be remembered. Thread-safe.
 */
final class PartitionClaims {

  private final Set<ByteBuffer> ends = new HashSet<>();
  private final Map<Object, ByteBuffer> current = new HashMap<>();

  /**
   * A reader goes on to another partition.
   *
   * @return whether it is the one that writes the partition's static lists
   */
  synchronized boolean begin(Object reader, ByteBuffer partition) {
    boolean isFree = !ends.contains(partition) && !current.containsValue(partition);
    if (current.put(reader, partition) == null) {
      ends.add(partition);
    }
    return isFree;
  }

  /** A reader has read its last row. */
  synchronized void end(Object reader) {
    ByteBuffer last = current.remove(reader);
    if (last != null) {
      ends.add(last);
    }
  }
}
