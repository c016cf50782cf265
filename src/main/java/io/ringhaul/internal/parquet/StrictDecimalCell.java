package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.Numerals;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.DecimalType;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;

/**
 * A decimal or varint in a column of fixed precision and scale. Only a value that comes back as it
 * was is taken: one of exactly the column's scale, with no more digits than the column has. Parquet
 * keeps the unscaled value in 32 bits up to 9 digits, in 64 bits up to 18, else in so many bytes as
 * the digits need.
 */
final class StrictDecimalCell extends LeafCell {

  private final CqlKind kind;
  private final DecimalType type;
  private final boolean hasScale;
  private final Form form;

  /** How Parquet keeps the unscaled value. */
  private enum Form {
    INT,
    LONG,
    BYTES
  }

  private StrictDecimalCell(
      ValuePath path, CqlKind kind, DecimalType type, ColumnDescriptor column, Form form) {
    super(path, column);
    this.kind = kind;
    this.type = type;
    this.hasScale = kind == CqlKind.DECIMAL;
    this.form = form;
  }

  static StrictDecimalCell of(
      ValuePath path, CqlKind kind, DecimalType type, ColumnDescriptor column) {
    Form form =
        switch (column.getPrimitiveType().getPrimitiveTypeName()) {
          case INT32 -> Form.INT;
          case INT64 -> Form.LONG;
          default -> Form.BYTES;
        };
    return new StrictDecimalCell(path, kind, type, column, form);
  }

  @Override
  public void check(ByteBuffer bytes, int offset, int length) {
    int start = start(offset);
    int unscaled = offset + length - start;
    if (unscaled <= 0) {
      throw path().lengthError(kind, length);
    }
    path()
        .requireCanonical(
            Numerals.isShortest(bytes, start, unscaled),
            "a " + kind.cqlName() + " with more bytes than it needs");
    if (hasScale && bytes.getInt(offset) != type.scale()) {
      throw path()
          .error(
              String.format(
                  "is a decimal of scale %d, which a column of %s would give back with another"
                      + " scale; leave the column as text, or choose that scale",
                  bytes.getInt(offset), type));
    }
    if (!Numerals.fits(bytes, start, unscaled, type.precision())) {
      throw path()
          .error(
              String.format(
                  "is a %s of more digits than %s holds; leave the column as text, or choose a"
                      + " larger precision",
                  kind.cqlName(), type));
    }
  }

  @Override
  public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
    int start = start(offset);
    int unscaled = offset + length - start;
    switch (form) {
      case INT -> column.writeInteger(repetitionLevel, (int) number(bytes, start, unscaled));
      case LONG -> column.writeLong(repetitionLevel, number(bytes, start, unscaled));
      case BYTES -> column.writeBinary(repetitionLevel, padded(bytes, start, unscaled));
    }
  }

  private int start(int offset) {
    return hasScale ? offset + Integer.BYTES : offset;
  }

  /** The last eight bytes are enough: the others only repeat the sign. */
  private static long number(ByteBuffer bytes, int start, int length) {
    long value = bytes.get(start);
    for (int i = 1; i < length; i++) {
      value = (value << 8) | (bytes.get(start + i) & 0xff);
    }
    return value;
  }

  /** The unscaled value with its sign drawn out, or cut, to the width of the column. */
  private Binary padded(ByteBuffer bytes, int start, int length) {
    int width = TypeUtil.decimalRequiredBytes(type.precision());
    byte[] all = new byte[width];
    if (length < width && bytes.get(start) < 0) {
      Arrays.fill(all, 0, width - length, (byte) -1);
    }
    int kept = Math.min(length, width);
    bytes.get(start + length - kept, all, width - kept, kept);
    return Binary.fromConstantByteArray(all);
  }
}
