package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Serialized values as CQL literals, for messages. */
public final class CqlLiteral {

  private CqlLiteral() {}

  /** The literal of a value; words that say so if it does not decode. */
  public static String of(DataType type, @Nullable ByteBuffer bytes) {
    try {
      TypeCodec<Object> codec = CodecRegistry.DEFAULT.codecFor(type);
      return codec.format(
          codec.decode(bytes == null ? null : bytes.duplicate(), ProtocolVersion.V4));
    } catch (RuntimeException e) {
      return "a value that does not decode";
    }
  }
}
