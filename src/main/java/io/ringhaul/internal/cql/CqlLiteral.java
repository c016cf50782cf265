package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Formats serialized values as CQL literals. */
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

  /**
   * Returns the literal of a value if the literal has exactly the value's bytes. The driver's own
   * codecs, which quote text, write it.
   */
  public static Optional<String> exact(
      DataType type, @Nullable ByteBuffer bytes, ProtocolVersion protocol) {
    if (bytes == null) {
      return Optional.empty();
    }
    if (type.equals(DataTypes.TIMESTAMP) && bytes.remaining() == Long.BYTES) {
      // Milliseconds need no calendar and no time zone.
      return Optional.of(Long.toString(bytes.getLong(bytes.position())));
    }
    try {
      TypeCodec<Object> codec = CodecRegistry.DEFAULT.codecFor(type);
      String literal = codec.format(codec.decode(bytes.duplicate(), protocol));
      return bytes.equals(codec.encode(codec.parse(literal), protocol))
          ? Optional.of(literal)
          : Optional.empty();
    } catch (RuntimeException e) {
      return Optional.empty();
    }
  }
}
