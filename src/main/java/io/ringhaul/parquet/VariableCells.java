package io.ringhaul.parquet;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.ringhaul.cql.CqlKind;
import io.ringhaul.cql.InetText;
import io.ringhaul.cql.Numerals;
import io.ringhaul.cql.Site;
import io.ringhaul.cql.Utf8;
import java.nio.ByteBuffer;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;

/** The values of one Parquet column whose serialized length varies. */
final class VariableCells {

  private VariableCells() {}

  static final class BlobCell extends LeafCell {

    BlobCell(Site site, ColumnDescriptor descriptor) {
      super(site, descriptor);
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

    TextCell(Site site, ColumnDescriptor descriptor) {
      super(site, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (!Utf8.isWellFormed(bytes, offset, length)) {
        throw site().error("holds text that is not well-formed UTF-8");
      }
    }

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      column.writeBinary(repetitionLevel, binary(bytes, offset, length));
    }
  }

  /** What is text in Iceberg and something else in CQL. */
  private abstract static class AsTextCell extends LeafCell {

    AsTextCell(Site site, ColumnDescriptor descriptor) {
      super(site, descriptor);
    }

    /** The text of the value, in ASCII. */
    abstract String text(ByteBuffer bytes, int offset, int length);

    @Override
    public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
      byte[] text = text(bytes, offset, length).getBytes(US_ASCII);
      column.writeBinary(repetitionLevel, Binary.fromConstantByteArray(text));
    }
  }

  static final class InetCell extends AsTextCell {

    InetCell(Site site, ColumnDescriptor descriptor) {
      super(site, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length != InetText.IPV4 && length != InetText.IPV6) {
        throw site().lengthError(CqlKind.INET, length);
      }
    }

    @Override
    String text(ByteBuffer bytes, int offset, int length) {
      return InetText.format(bytes, offset, length);
    }
  }

  static final class VarintCell extends AsTextCell {

    VarintCell(Site site, ColumnDescriptor descriptor) {
      super(site, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length == 0) {
        throw site().lengthError(CqlKind.VARINT, length);
      }
      site()
          .requireCanonical(
              Numerals.isShortest(bytes, offset, length), "a varint with more bytes than it needs");
    }

    @Override
    String text(ByteBuffer bytes, int offset, int length) {
      return Numerals.varint(bytes, offset, length);
    }
  }

  static final class DecimalCell extends AsTextCell {

    DecimalCell(Site site, ColumnDescriptor descriptor) {
      super(site, descriptor);
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length <= Integer.BYTES) {
        throw site().lengthError(CqlKind.DECIMAL, length);
      }
      site()
          .requireCanonical(
              Numerals.isShortest(bytes, offset + Integer.BYTES, length - Integer.BYTES),
              "a decimal with more bytes than it needs");
      if (!Numerals.isReadable(bytes, offset, length)) {
        throw site()
            .error(
                "is a decimal of scale "
                    + bytes.getInt(offset)
                    + ", whose exponent is too large to be read back from text");
      }
    }

    @Override
    String text(ByteBuffer bytes, int offset, int length) {
      return Numerals.decimal(bytes, offset, length).toString();
    }
  }
}
