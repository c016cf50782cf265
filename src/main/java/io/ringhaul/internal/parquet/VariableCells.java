package io.ringhaul.internal.parquet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.InetText;
import io.ringhaul.internal.cql.Numerals;
import io.ringhaul.internal.cql.Utf8;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;

/** The values of one Parquet column whose serialized length varies. */
final class VariableCells {

  private VariableCells() {}

  static final class BlobCell extends LeafCell {

    BlobCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      // Any bytes are a blob.
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBinary(repetitionLevel, binary(bytes, offset, length));
    }
  }

  static final class TextCell extends LeafCell {

    TextCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (!Utf8.isWellFormed(bytes, offset, length)) {
        throw path().error("holds text that is not well-formed UTF-8");
      }
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBinary(repetitionLevel, binary(bytes, offset, length));
    }
  }

  /** What is text in Iceberg and something else in CQL. */
  private abstract static class AsTextCell extends LeafCell {

    AsTextCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    /** The text of the value, in ASCII. */
    abstract Binary text(ByteBuffer bytes, int offset, int length);

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBinary(repetitionLevel, text(bytes, offset, length));
    }

    static Binary ascii(String text) {
      return Binary.fromConstantByteArray(text.getBytes(US_ASCII));
    }
  }

  static final class InetCell extends AsTextCell {

    InetCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length != InetText.IPV4 && length != InetText.IPV6) {
        throw path().lengthError(CqlKind.INET, length);
      }
    }

    @Override
    Binary text(ByteBuffer bytes, int offset, int length) {
      return ascii(InetText.format(bytes, offset, length));
    }
  }

  static final class VarintCell extends AsTextCell {

    private final DecimalDigits digits = new DecimalDigits();

    VarintCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        throw path().lengthError(CqlKind.VARINT, length);
      }
      Numerals.requireFewDigits(path(), length);
      path()
          .requireCanonical(
              Numerals.isShortest(bytes, offset, length), "a varint with more bytes than it needs");
    }

    @Override
    Binary text(ByteBuffer bytes, int offset, int length) {
      return length <= Long.BYTES
          ? digits.format(Numerals.asLong(bytes, offset, length), 0)
          : ascii(Numerals.varint(bytes, offset, length));
    }
  }

  static final class DecimalCell extends AsTextCell {

    private final DecimalDigits digits = new DecimalDigits();

    DecimalCell(ValuePath path, ColumnDescriptor descriptor) {
      super(path, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length <= Integer.BYTES) {
        throw path().lengthError(CqlKind.DECIMAL, length);
      }
      Numerals.requireFewDigits(path(), length - Integer.BYTES);
      path()
          .requireCanonical(
              Numerals.isShortest(bytes, offset + Integer.BYTES, length - Integer.BYTES),
              "a decimal with more bytes than it needs");
      if (!Numerals.isReadable(bytes, offset, length)) {
        throw path()
            .error(
                "is a decimal of scale "
                    + bytes.getInt(offset)
                    + ", whose exponent is too large to be read back from text");
      }
    }

    @Override
    Binary text(ByteBuffer bytes, int offset, int length) {
      int scale = bytes.getInt(offset);
      int unscaled = length - Integer.BYTES;
      return unscaled <= Long.BYTES && DecimalDigits.takes(scale)
          ? digits.format(Numerals.asLong(bytes, offset + Integer.BYTES, unscaled), scale)
          : ascii(Numerals.decimal(bytes, offset, length).toString());
    }
  }
}
