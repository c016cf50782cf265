package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import io.ringhaul.batch.TableRow;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.KeyText;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A column with its codecs. Immutable. */
final class RowColumn {

  private final CqlIdentifier name;
  private final Kind kind;
  private final DataType type;
  private final CodecRegistry registry;
  private final ProtocolVersion protocol;
  private final TypeCodec<Object> usual;

  RowColumn(CqlSession session, ColumnDescription column) {
    this.name = CqlIdentifier.fromInternal(column.name());
    this.kind = column.kind();
    this.type = column.type();
    this.registry = session.getContext().getCodecRegistry();
    this.protocol = session.getContext().getProtocolVersion();
    this.usual = registry.codecFor(type);
  }

  CqlIdentifier name() {
    return name;
  }

  Kind kind() {
    return kind;
  }

  boolean isPrimaryKey() {
    return kind == Kind.PARTITION_KEY || kind == Kind.CLUSTERING;
  }

  boolean isCounter() {
    return type.equals(DataTypes.COUNTER);
  }

  /** Whether the column is a non-frozen list. */
  boolean isList() {
    return type instanceof ListType list && !list.isFrozen();
  }

  /** The name in double quotes, for CQL. */
  String cql() {
    return name.asCql(false);
  }

  /**
   * Serializes a value.
   *
   * @param row describes the row in the message
   * @throws UnrepresentableValueException if the value does not fit the column
   */
  @Nullable ByteBuffer encode(@Nullable Object value, RowName row) {
    if (value == null) {
      return null;
    }
    try {
      return codec(value).encode(value, protocol);
    } catch (RuntimeException e) {
      throw new UnrepresentableValueException(
          name.asInternal(),
          String.format(
              "The value for %s is a %s that cannot be converted to type %s (%s): %s",
              name.asCql(true),
              value.getClass().getName(),
              type.asCql(true, true),
              Failures.describe(e),
              row),
          e);
    }
  }

  /** {@code column = literal}, for messages. */
  String text(TableRow row) {
    Object value = row.values().get(name);
    return name.asCql(true) + " = " + literal(value);
  }

  private String literal(@Nullable Object value) {
    if (value == null) {
      return "no value";
    }
    try {
      return KeyText.of(codec(value).format(value));
    } catch (RuntimeException e) {
      return "a " + value.getClass().getName();
    }
  }

  /** Prefers the default codec, and falls back to codecs registered by the application. */
  private TypeCodec<Object> codec(Object value) {
    return usual.accepts(value) ? usual : registry.codecFor(type, value);
  }

  /** Describes a row in messages. The text is built on demand. */
  record RowName(String table, List<RowColumn> columns, TableRow row) {

    /** {@code table, row (key = literal, ...)}. */
    @Override
    public String toString() {
      return columns.stream()
          .filter(RowColumn::isPrimaryKey)
          .map(column -> column.text(row))
          .collect(Collectors.joining(", ", table + ", row (", ")"));
    }
  }
}
