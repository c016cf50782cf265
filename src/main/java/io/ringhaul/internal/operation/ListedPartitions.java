package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A way to partition that reads only the partitions that it lists, by keys or by ranges. */
public interface ListedPartitions {

  /**
   * The tokens of the partitions.
   *
   * @throws io.ringhaul.exceptions.BulkOperationException if the list cannot be told, or does not
   *     fit the table
   */
  TokenRangeSet tokens(TableDescription table, TokenMap ring);

  /** How much is listed by these tokens, for people. */
  default String amount(TokenRangeSet tokens) {
    return tokens.width() + " keys";
  }

  /** What tells these tokens from others, for people and for a job that is resumed. */
  default String text(TokenRangeSet tokens) {
    CRC32C sum = new CRC32C();
    ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES);
    for (TokenRange range : tokens.ranges()) {
      bytes.clear();
      bytes.putLong(range.startExclusive()).putLong(range.endInclusive()).flip();
      sum.update(bytes);
    }
    return String.format("%s, checksum %08x", amount(tokens), sum.getValue());
  }
}
