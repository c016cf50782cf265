package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Formats serialized values as CQL literals for messages. */
public final class CqlLiteral {

  private CqlLiteral() {}

  /** Returns the literal of a value, or a placeholder if the value cannot be decoded. */
  public static String of(DataType type, @Nullable ByteBuffer bytes) {
    try {
      TypeCodec<Object> codec = CodecRegistry.DEFAULT.codecFor(type);
      return codec.format(
          codec.decode(bytes == null ? null : bytes.duplicate(), ProtocolVersion.V4));
    } catch (RuntimeException e) {
      return "an undecodable value";
    }
  }
}
