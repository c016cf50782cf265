package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

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
}
