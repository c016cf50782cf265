package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.CqlKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.util.UUIDUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the reader that takes a Parquet column straight to CQL. There is one only where a file's
 * type, the Iceberg type and the CQL type are known to lead to the same bytes as Iceberg's generic
 * reader and {@link ValueEncoders} do. Malformed UTF-8 is refused where that reader replaces it.
 */
final class ColumnReaders {

  private static final OffsetDateTime EPOCH = Instant.EPOCH.atOffset(ZoneOffset.UTC);

  private final ColumnDescriptor descriptor;
  private final @Nullable LogicalTypeAnnotation logical;
  private final TypeID iceberg;
  private final CqlKind kind;
  private final CqlValueEncoder encoder;

  private ColumnReaders(
      ColumnDescriptor descriptor, Type iceberg, CqlKind kind, CqlValueEncoder encoder) {
    this.descriptor = descriptor;
    this.logical = descriptor.getPrimitiveType().getLogicalTypeAnnotation();
    this.iceberg = iceberg.typeId();
    this.kind = kind;
    this.encoder = encoder;
  }

  /**
   * The reader of a column; null if it must be read the long way.
   *
   * @param descriptor of a column that is not nested
   * @param encoder of the column; the Iceberg and the CQL type fit, therefore
   */
  static @Nullable ColumnReader of(
      ColumnDescriptor descriptor, Type iceberg, CqlKind kind, CqlValueEncoder encoder) {
    ColumnReaders readers = new ColumnReaders(descriptor, iceberg, kind, encoder);
    return switch (descriptor.getPrimitiveType().getPrimitiveTypeName()) {
      case BOOLEAN -> readers.plain(TypeID.BOOLEAN, CqlKind.BOOLEAN, PlainReader.BOOLEAN);
      case FLOAT -> readers.ofFloat();
      case DOUBLE -> readers.plain(TypeID.DOUBLE, CqlKind.DOUBLE, PlainReader.DOUBLE);
      case INT32 -> readers.ofInt32();
      case INT64 -> readers.ofInt64();
      case BINARY -> readers.ofBinary();
      case FIXED_LEN_BYTE_ARRAY -> readers.ofFixed();
      case INT96 -> null;
    };
  }

  private @Nullable ColumnReader plain(TypeID type, CqlKind only, PlainReader.Form form) {
    return logical == null && iceberg == type && kind == only
        ? new PlainReader(descriptor, encoder, form)
        : null;
  }

  private @Nullable ColumnReader ofFloat() {
    if (logical != null || (iceberg != TypeID.FLOAT && iceberg != TypeID.DOUBLE)) {
      return null;
    }
    return switch (kind) {
      case FLOAT -> new PlainReader(descriptor, encoder, PlainReader.FLOAT);
      case DOUBLE -> new PlainReader(descriptor, encoder, PlainReader.FLOAT_AS_DOUBLE);
      default -> null;
    };
  }

  private @Nullable ColumnReader float16() {
    if (iceberg != TypeID.FLOAT) {
      return null;
    }
    return switch (kind) {
      case FLOAT -> new PlainReader(descriptor, encoder, PlainReader.FLOAT16);
      case DOUBLE -> new PlainReader(descriptor, encoder, PlainReader.FLOAT16_AS_DOUBLE);
      default -> null;
    };
  }

  private @Nullable ColumnReader ofInt32() {
    if (iceberg == TypeID.DATE) {
      return logical instanceof DateLogicalTypeAnnotation && kind == CqlKind.DATE
          ? longs(LongForms.DATE, day -> EPOCH.toLocalDate().plusDays(day))
          : null;
    }
    return iceberg == TypeID.INTEGER || iceberg == TypeID.LONG ? integers() : decimals();
  }

  private @Nullable ColumnReader ofInt64() {
    if (iceberg == TypeID.TIMESTAMP) {
      return timestamps();
    }
    return iceberg == TypeID.LONG ? integers() : decimals();
  }

  private @Nullable ColumnReader integers() {
    boolean isSigned =
        logical == null
            || (logical instanceof IntLogicalTypeAnnotation integer && integer.isSigned());
    return isSigned ? longs(LongForms.of(kind), Long::valueOf) : null;
  }

  /** Only those that say that they are instants, as the Iceberg type does. */
  private @Nullable ColumnReader timestamps() {
    if (!(logical instanceof TimestampLogicalTypeAnnotation timestamp)
        || !timestamp.isAdjustedToUTC()
        || kind != CqlKind.TIMESTAMP) {
      return null;
    }
    TimeUnit unit = timestamp.getUnit();
    return switch (unit) {
      case MILLIS -> longs(LongForms.MILLIS, millis -> EPOCH.plus(millis, ChronoUnit.MILLIS));
      case MICROS -> longs(LongForms.MICROS, micros -> EPOCH.plus(micros, ChronoUnit.MICROS));
      case NANOS -> null;
    };
  }

  /** Decimals of up to 18 digits. The scale is the file's. */
  private @Nullable ColumnReader decimals() {
    if (iceberg != TypeID.DECIMAL || !(logical instanceof DecimalLogicalTypeAnnotation decimal)) {
      return null;
    }
    int scale = decimal.getScale();
    return longs(LongForms.numeral(kind, scale), unscaled -> BigDecimal.valueOf(unscaled, scale));
  }

  private @Nullable ColumnReader longs(
      LongReader.@Nullable Form form, LongFunction<Object> generic) {
    return form == null ? null : new LongReader(descriptor, encoder, form, generic);
  }

  private @Nullable ColumnReader ofBinary() {
    if (iceberg == TypeID.STRING) {
      return TextBytes.isText(logical) ? texts() : null;
    }
    if (iceberg == TypeID.BINARY) {
      return logical == null && kind == CqlKind.BLOB
          ? binaries(BinaryForms.BLOB, Binary::toByteBuffer)
          : null;
    }
    return longDecimals();
  }

  private ColumnReader texts() {
    // The encoder looks at the bytes, which a string would not show any more.
    Function<Binary, Object> bytes = Binary::toByteBuffer;
    BinaryReader.Form form = BinaryForms.text(kind);
    return form == null
        ? new ParsedTextReader(descriptor, encoder, bytes)
        : new BinaryReader(descriptor, encoder, form, bytes);
  }

  private @Nullable ColumnReader ofFixed() {
    if (iceberg == TypeID.UUID) {
      return logical instanceof UUIDLogicalTypeAnnotation
          ? binaries(BinaryForms.uuid(kind), value -> UUIDUtil.convert(value.toByteBuffer()))
          : null;
    }
    if (logical instanceof Float16LogicalTypeAnnotation) {
      return float16();
    }
    if (iceberg == TypeID.FIXED) {
      return logical == null && kind == CqlKind.BLOB
          ? binaries(BinaryForms.BLOB, Binary::getBytes)
          : null;
    }
    return longDecimals();
  }

  private @Nullable ColumnReader longDecimals() {
    if (iceberg != TypeID.DECIMAL || !(logical instanceof DecimalLogicalTypeAnnotation decimal)) {
      return null;
    }
    int scale = decimal.getScale();
    return binaries(
        BinaryForms.numeral(kind, scale),
        value -> new BigDecimal(new BigInteger(value.getBytes()), scale));
  }

  private @Nullable ColumnReader binaries(
      BinaryReader.@Nullable Form form, Function<Binary, Object> generic) {
    return form == null ? null : new BinaryReader(descriptor, encoder, form, generic);
  }
}
