package io.ringhaul;

import io.ringhaul.cql.ByteSink;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The rows of one partition after the other, as one reader meets them. Used by one thread. */
final class PartitionRun implements AutoCloseable {

  private final PartitionClaims claims;
  private final int[] key;
  private @Nullable ByteBuffer partition;
  private boolean claimed;

  /**
   * @param claims shared by all readers of an import
   * @param key where rows carry the partition key
   */
  PartitionRun(PartitionClaims claims, int[] key) {
    this.claims = claims;
    this.key = key;
  }

  /** Goes on to a row; whether it is of another partition than the one before. */
  boolean next(RawRow row) {
    ByteSink bytes = new ByteSink(Long.BYTES);
    for (int position : key) {
      ByteBuffer part = row.bytes(position);
      bytes.putInt(part == null ? -1 : part.remaining());
      if (part != null) {
        bytes.put(part);
      }
    }
    ByteBuffer entered = bytes.toBuffer();
    if (entered.equals(partition)) {
      return false;
    }
    partition = entered;
    claimed = claims.begin(this, entered);
    return true;
  }

  /** Whether this reader is the one that writes the static lists of the row's partition. */
  boolean isClaimed() {
    return claimed;
  }

  /** No more rows will come. */
  @Override
  public void close() {
    claims.end(this);
  }
}
