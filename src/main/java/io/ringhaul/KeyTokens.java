package io.ringhaul;

import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.ring.TokenRange;
import io.ringhaul.ring.TokenRangeSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** The tokens of partition keys, gathered one by one. Used by one thread. */
final class KeyTokens {

  private final TokenMap ring;
  private final List<TokenRange> tokens = new ArrayList<>();

  KeyTokens(TokenMap ring) {
    this.ring = ring;
  }

  /**
   * Adds a key.
   *
   * @param key the serialized values of its columns, in their order
   */
  void add(ByteBuffer... key) {
    long token = Long.parseLong(ring.format(ring.newToken(key)));
    tokens.add(new TokenRange(token - 1, token));
  }

  /** The tokens of all. */
  TokenRangeSet set() {
    return TokenRangeSet.of(tokens);
  }

  /** What tells these keys from others, for people and for a job that is resumed. */
  static String text(TokenRangeSet tokens) {
    CRC32C sum = new CRC32C();
    ByteBuffer bytes = ByteBuffer.allocate(2 * Long.BYTES);
    for (TokenRange range : tokens.ranges()) {
      bytes.clear();
      bytes.putLong(range.startExclusive()).putLong(range.endInclusive()).flip();
      sum.update(bytes);
    }
    return String.format("%s keys, checksum %08x", tokens.width(), sum.getValue());
  }
}
