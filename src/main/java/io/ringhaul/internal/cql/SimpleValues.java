package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.context.DriverContext;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.CodecNotFoundException;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The values of a simple statement as the driver will send them. */
final class SimpleValues {

  /**
   * A value of whose column nothing is known.
   *
   * @param bytes null for null
   */
  record Value(DataType type, @Nullable ByteBuffer bytes) {}

  private SimpleValues() {}

  /** The values, by position or by name; without those that the driver will refuse. */
  static List<Value> of(SimpleStatement statement, DriverContext context) {
    int size = statement.getPositionalValues().size() + statement.getNamedValues().size();
    if (size == 0) {
      return List.of();
    }
    CodecRegistry codecs = context.getCodecRegistry();
    ProtocolVersion version = context.getProtocolVersion();
    List<Value> values = new ArrayList<>(size);
    for (Object value : statement.getPositionalValues()) {
      add(value, codecs, version, values);
    }
    for (Object value : statement.getNamedValues().values()) {
      add(value, codecs, version, values);
    }
    return values;
  }

  private static void add(
      @Nullable Object value, CodecRegistry codecs, ProtocolVersion version, List<Value> values) {
    if (value == null) {
      values.add(new Value(DataTypes.BLOB, null));
      return;
    }
    try {
      TypeCodec<Object> codec = codecs.codecFor(value);
      values.add(new Value(codec.getCqlType(), codec.encode(value, version)));
    } catch (CodecNotFoundException | IllegalArgumentException | NullPointerException e) {
      // Without a codec, or with a null in a collection: the driver will say so when it encodes it.
    }
  }
}
