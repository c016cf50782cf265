package io.ringhaul.internal.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.schema.ColumnDescription;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.iceberg.parquet.ParquetValueReaders;
import org.apache.iceberg.parquet.ParquetValueReaders.StructReader;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.UUIDUtil;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.jspecify.annotations.Nullable;

/**
 * Readers from Parquet columns to serialized CQL values, the counterpart of {@link
 * CqlParquetWriters}. Columns of simple types are read without Java objects for their values.
 * Iceberg's generic readers read all other columns, and values that the file does not contain
 * (constants, defaults, columns added later); {@link CqlValueEncoder} encodes these values.
 */
public final class CqlParquetReaders {

  private static final int TOP_LEVEL = 0;

  private CqlParquetReaders() {}

  /**
   * Returns the reader of a file's rows.
   *
   * @param columns the columns of a row; a column that the schema lacks is null
   * @param expected the fields to read
   * @param file the file's schema, with field ids
   * @param constants values of fields that are not read from the file, by field id, in the classes
   *     that Iceberg's generic readers expect
   * @param options how values without an exact counterpart are read
   * @throws IllegalArgumentException if the types of a column are incompatible; {@link
   *     IcebergCompatibility#importProblem} reports this in advance
   */
  public static ParquetValueReader<ReadRow> rows(
      List<ColumnDescription> columns,
      Schema expected,
      MessageType file,
      Map<Integer, ?> constants,
      ReadOptions options) {
    List<RowAssembler.Column> readers = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      ColumnDescription column = columns.get(i);
      NestedField field = expected.asStruct().field(column.name());
      if (field == null) {
        continue;
      }
      CqlValueEncoder encoder = CqlValueEncoder.of(column, field.type(), options);
      ParquetValueReader<RowCells> direct =
          constants.containsKey(field.fieldId())
              ? null
              : direct(column, field, file, encoder, options);
      readers.add(
          direct == null
              ? new RowAssembler.Column(i, generic(field, file, constants), encoder)
              : new RowAssembler.Column(i, direct, null));
    }
    return new RowAssembler(readers, columns.size());
  }

  /**
   * Returns a function that encodes records of Iceberg's generic readers, or of {@link
   * #recordReader}, as rows.
   *
   * @param columns the columns of a row; a column that the schema lacks is null
   * @param expected the schema of the records, or of their first fields
   */
  public static Function<Record, ReadRow> records(
      List<ColumnDescription> columns, Schema expected, ReadOptions options) {
    List<RecordColumn> present = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      NestedField field = expected.asStruct().field(columns.get(i).name());
      if (field != null) {
        present.add(
            new RecordColumn(
                i,
                expected.columns().indexOf(field),
                CqlValueEncoder.of(columns.get(i), field.type(), options)));
      }
    }
    RowCells cells = new RowCells(columns.size());
    return record -> {
      cells.clear();
      for (RecordColumn column : present) {
        cells.set(column.place, column.encoder, record.get(column.field));
      }
      return cells.row();
    };
  }

  /** The index of a column in the row and in the record. */
  private record RecordColumn(int place, int field, CqlValueEncoder encoder) {}

  /**
   * Returns Iceberg's generic reader of a file's records, for callers that need records, such as
   * the filter of deleted rows. Strings are returned as buffers of their bytes.
   *
   * @param expected the fields to read
   * @param strings the ids of fields that are returned as strings, because the caller compares
   *     them; in these, the reader replaces malformed UTF-8
   */
  public static ParquetValueReader<Record> recordReader(
      Schema expected, MessageType file, Map<Integer, ?> constants, Set<Integer> strings) {
    return GenericParquetReaders.buildReader(
        TextBytes.expected(expected, strings), TextBytes.file(file), constants);
  }

  private static @Nullable ParquetValueReader<RowCells> direct(
      ColumnDescription column,
      NestedField field,
      MessageType file,
      CqlValueEncoder encoder,
      ReadOptions options) {
    Type stored = null;
    for (Type candidate : file.getFields()) {
      if (candidate.getId() != null && candidate.getId().intValue() == field.fieldId()) {
        stored = candidate;
      }
    }
    if (stored == null || !stored.isPrimitive() || stored.isRepetition(Repetition.REPEATED)) {
      return null;
    }
    ColumnReader reader =
        ColumnReaders.of(
            file.getColumnDescription(new String[] {stored.getName()}),
            field.type(),
            CqlKind.of(column.type()),
            encoder,
            options);
    return reader == null ? null : ParquetValueReaders.option(stored, TOP_LEVEL, reader);
  }

  private static ParquetValueReader<Record> generic(
      NestedField field, MessageType file, Map<Integer, ?> constants) {
    return recordReader(new Schema(field), file, constants, Set.of());
  }

  /**
   * Chooses the {@link ColumnReader} of a Parquet column. A combination of Parquet, Iceberg and CQL
   * type has one only if it results in the same bytes as Iceberg's generic reader and {@link
   * ValueEncoders}. Unlike the generic reader, it fails on malformed UTF-8 instead of replacing it.
   */
  private static final class ColumnReaders {

    private static final OffsetDateTime EPOCH = Instant.EPOCH.atOffset(ZoneOffset.UTC);

    private final ColumnDescriptor descriptor;
    private final @Nullable LogicalTypeAnnotation logical;
    private final TypeID iceberg;
    private final boolean isInstant;
    private final CqlKind kind;
    private final CqlValueEncoder encoder;
    private final ReadOptions options;

    private ColumnReaders(
        ColumnDescriptor descriptor,
        org.apache.iceberg.types.Type iceberg,
        CqlKind kind,
        CqlValueEncoder encoder,
        ReadOptions options) {
      this.descriptor = descriptor;
      this.logical = descriptor.getPrimitiveType().getLogicalTypeAnnotation();
      this.iceberg = iceberg.typeId();
      this.isInstant = ValueEncoders.isInstant(iceberg);
      this.kind = kind;
      this.encoder = encoder;
      this.options = options;
    }

    /**
     * Returns the reader of a column; null if the column needs Iceberg's generic reader.
     *
     * @param descriptor a column that is not nested
     * @param encoder the column's encoder; its existence proves that the Iceberg and CQL types are
     *     compatible
     */
    static @Nullable ColumnReader of(
        ColumnDescriptor descriptor,
        org.apache.iceberg.types.Type iceberg,
        CqlKind kind,
        CqlValueEncoder encoder,
        ReadOptions options) {
      ColumnReaders readers = new ColumnReaders(descriptor, iceberg, kind, encoder, options);
      return switch (descriptor.getPrimitiveType().getPrimitiveTypeName()) {
        case BOOLEAN ->
            readers.plain(TypeID.BOOLEAN, CqlKind.BOOLEAN, ColumnReader.PlainReader.BOOLEAN);
        case FLOAT -> readers.ofFloat();
        case DOUBLE ->
            readers.plain(TypeID.DOUBLE, CqlKind.DOUBLE, ColumnReader.PlainReader.DOUBLE);
        case INT32 -> readers.ofInt32();
        case INT64 -> readers.ofInt64();
        case BINARY -> readers.ofBinary();
        case FIXED_LEN_BYTE_ARRAY -> readers.ofFixed();
        case INT96 -> null;
      };
    }

    private @Nullable ColumnReader plain(
        TypeID type, CqlKind only, ColumnReader.PlainReader.PlainForm form) {
      return logical == null && iceberg == type && kind == only
          ? new ColumnReader.PlainReader(descriptor, encoder, form)
          : null;
    }

    private @Nullable ColumnReader ofFloat() {
      if (logical != null || (iceberg != TypeID.FLOAT && iceberg != TypeID.DOUBLE)) {
        return null;
      }
      return switch (kind) {
        case FLOAT ->
            new ColumnReader.PlainReader(descriptor, encoder, ColumnReader.PlainReader.FLOAT);
        case DOUBLE ->
            new ColumnReader.PlainReader(
                descriptor, encoder, ColumnReader.PlainReader.FLOAT_AS_DOUBLE);
        default -> null;
      };
    }

    private @Nullable ColumnReader float16() {
      if (iceberg != TypeID.FLOAT) {
        return null;
      }
      return switch (kind) {
        case FLOAT ->
            new ColumnReader.PlainReader(descriptor, encoder, ColumnReader.PlainReader.FLOAT16);
        case DOUBLE ->
            new ColumnReader.PlainReader(
                descriptor, encoder, ColumnReader.PlainReader.FLOAT16_AS_DOUBLE);
        default -> null;
      };
    }

    private @Nullable ColumnReader ofInt32() {
      if (iceberg == TypeID.DATE) {
        return logical instanceof DateLogicalTypeAnnotation && kind == CqlKind.DATE
            ? longs(ColumnReader.LongReader.DATE, day -> EPOCH.toLocalDate().plusDays(day))
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
      return isSigned ? longs(ColumnReader.LongReader.form(kind), Long::valueOf) : null;
    }

    /**
     * Requires that the file declares instants (adjusted to UTC) if the Iceberg type does.
     * Iceberg's generic reader reads local times of other zones than UTC.
     */
    private @Nullable ColumnReader timestamps() {
      if (!(logical instanceof TimestampLogicalTypeAnnotation timestamp)
          || timestamp.isAdjustedToUTC() != isInstant
          || kind != CqlKind.TIMESTAMP
          || (!isInstant && !options.timeZone().equals(Optional.of(ZoneOffset.UTC)))) {
        return null;
      }
      TimeUnit unit = timestamp.getUnit();
      return switch (unit) {
        case MILLIS ->
            longs(ColumnReader.LongReader.MILLIS, millis -> moment(millis, ChronoUnit.MILLIS));
        case MICROS ->
            longs(
                options.truncatesTimestamps()
                    ? ColumnReader.LongReader.TRUNCATED_MICROS
                    : ColumnReader.LongReader.MICROS,
                micros -> moment(micros, ChronoUnit.MICROS));
        case NANOS -> null;
      };
    }

    private Object moment(long count, ChronoUnit unit) {
      OffsetDateTime moment = EPOCH.plus(count, unit);
      return isInstant ? moment : moment.toLocalDateTime();
    }

    /** Decimals of up to 18 digits, with the file's scale. */
    private @Nullable ColumnReader decimals() {
      if (iceberg != TypeID.DECIMAL || !(logical instanceof DecimalLogicalTypeAnnotation decimal)) {
        return null;
      }
      int scale = decimal.getScale();
      return longs(
          ColumnReader.LongReader.numeral(kind, scale),
          unscaled -> BigDecimal.valueOf(unscaled, scale));
    }

    private @Nullable ColumnReader longs(
        ColumnReader.LongReader.@Nullable LongForm form, LongFunction<Object> generic) {
      return form == null ? null : new ColumnReader.LongReader(descriptor, encoder, form, generic);
    }

    private @Nullable ColumnReader ofBinary() {
      if (iceberg == TypeID.STRING) {
        return TextBytes.isText(logical) ? texts() : null;
      }
      if (iceberg == TypeID.BINARY) {
        return logical == null && kind == CqlKind.BLOB
            ? binaries(ColumnReader.BinaryReader.BLOB, Binary::toByteBuffer)
            : null;
      }
      return longDecimals();
    }

    private ColumnReader texts() {
      // The encoder checks the bytes; a string would no longer show malformed UTF-8.
      Function<Binary, Object> bytes = Binary::toByteBuffer;
      ColumnReader.BinaryReader.BinaryForm form = ColumnReader.BinaryReader.text(kind);
      return form == null
          ? new ColumnReader.ParsedTextReader(descriptor, encoder, bytes)
          : new ColumnReader.BinaryReader(descriptor, encoder, form, bytes);
    }

    private @Nullable ColumnReader ofFixed() {
      if (iceberg == TypeID.UUID) {
        return logical instanceof UUIDLogicalTypeAnnotation
            ? binaries(
                ColumnReader.BinaryReader.uuid(kind),
                value -> UUIDUtil.convert(value.toByteBuffer()))
            : null;
      }
      if (logical instanceof Float16LogicalTypeAnnotation) {
        return float16();
      }
      if (iceberg == TypeID.FIXED) {
        return logical == null && kind == CqlKind.BLOB
            ? binaries(ColumnReader.BinaryReader.BLOB, Binary::getBytes)
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
          ColumnReader.BinaryReader.numeral(kind, scale),
          value -> new BigDecimal(new BigInteger(value.getBytes()), scale));
    }

    private @Nullable ColumnReader binaries(
        ColumnReader.BinaryReader.@Nullable BinaryForm form, Function<Binary, Object> generic) {
      return form == null
          ? null
          : new ColumnReader.BinaryReader(descriptor, encoder, form, generic);
    }
  }

  /**
   * Assembles rows from columns read by a {@link ColumnReader} and columns read by Iceberg's
   * generic readers.
   */
  private static final class RowAssembler extends StructReader<ReadRow, RowCells> {

    /**
     * How one of the columns is read.
     *
     * @param place the column's index in the row
     * @param reader returns the {@link RowCells} that it appended to, or null for null; or a record
     *     with only the column's value
     * @param encoder encodes the record's value; null if the reader appends
     */
    record Column(int place, ParquetValueReader<?> reader, @Nullable CqlValueEncoder encoder) {}

    private final Column[] columns;
    private final RowCells cells;
    private int start;

    /**
     * @param size the number of columns in a row; columns that are not read are null
     */
    RowAssembler(List<Column> columns, int size) {
      super(columns.stream().<ParquetValueReader<?>>map(Column::reader).toList());
      this.columns = columns.toArray(Column[]::new);
      this.cells = new RowCells(size);
    }

    @Override
    protected RowCells newStructData(@Nullable ReadRow reuse) {
      cells.clear();
      return cells;
    }

    /** Returns the row to append to for readers that append, else null. */
    @Override
    protected @Nullable Object getField(RowCells row, int position) {
      start = row.bytes().size();
      return columns[position].encoder == null ? row : null;
    }

    @Override
    protected void set(RowCells row, int position, @Nullable Object value) {
      Column column = columns[position];
      if (column.encoder != null) {
        Record record = (Record) value;
        row.set(column.place, column.encoder, record == null ? null : record.get(0));
      } else if (value != null) {
        row.set(column.place, start);
      }
    }

    @Override
    protected ReadRow buildStruct(RowCells row) {
      return row.row();
    }
  }

  /**
   * Makes Iceberg's generic readers return strings as their bytes. Decoding to {@code String} would
   * silently replace malformed UTF-8, and two different values could become equal.
   */
  private static final class TextBytes {

    private TextBytes() {}

    /**
     * Returns whether Iceberg's generic readers decode a column with this annotation to a string.
     */
    static boolean isText(@Nullable LogicalTypeAnnotation logical) {
      return logical == null
          || logical instanceof StringLogicalTypeAnnotation
          || logical instanceof EnumLogicalTypeAnnotation
          || logical instanceof JsonLogicalTypeAnnotation;
    }

    /**
     * Returns the schema with binary fields in place of strings.
     *
     * @param strings the ids of the top-level fields that stay strings
     */
    static Schema expected(Schema schema, Set<Integer> strings) {
      return new Schema(schema.columns().stream().map(field -> field(field, strings)).toList());
    }

    private static NestedField field(NestedField field, Set<Integer> strings) {
      if (strings.contains(field.fieldId())) {
        return field;
      }
      NestedField.Builder result =
          field.isOptional()
              ? NestedField.optional(field.name())
              : NestedField.required(field.name());
      return result
          .withId(field.fieldId())
          .ofType(type(field.type(), strings))
          .withInitialDefault(initialDefault(field))
          .build();
    }

    private static @Nullable Literal<?> initialDefault(NestedField field) {
      return field.initialDefault() instanceof CharSequence text
          ? Literal.of(UTF_8.encode(text.toString()))
          : field.initialDefaultLiteral();
    }

    private static org.apache.iceberg.types.Type type(
        org.apache.iceberg.types.Type type, Set<Integer> strings) {
      if (type.isStructType()) {
        return Types.StructType.of(
            type.asStructType().fields().stream().map(field -> field(field, strings)).toList());
      } else if (type.isListType()) {
        Types.ListType list = type.asListType();
        org.apache.iceberg.types.Type element = type(list.elementType(), strings);
        return list.isElementOptional()
            ? Types.ListType.ofOptional(list.elementId(), element)
            : Types.ListType.ofRequired(list.elementId(), element);
      } else if (type.isMapType()) {
        Types.MapType map = type.asMapType();
        org.apache.iceberg.types.Type key = type(map.keyType(), strings);
        org.apache.iceberg.types.Type value = type(map.valueType(), strings);
        return map.isValueOptional()
            ? Types.MapType.ofOptional(map.keyId(), map.valueId(), key, value)
            : Types.MapType.ofRequired(map.keyId(), map.valueId(), key, value);
      }
      return type.typeId() == TypeID.STRING ? Types.BinaryType.get() : type;
    }

    /** Returns the file's schema without text annotations, so that the expected type decides. */
    static MessageType file(MessageType file) {
      return new MessageType(file.getName(), fields(file));
    }

    private static List<Type> fields(GroupType group) {
      return group.getFields().stream().map(TextBytes::stored).toList();
    }

    private static Type stored(Type type) {
      if (!type.isPrimitive()) {
        return type.asGroupType().withNewFields(fields(type.asGroupType()));
      }
      PrimitiveType primitive = type.asPrimitiveType();
      if (primitive.getPrimitiveTypeName() != PrimitiveTypeName.BINARY
          || !isText(primitive.getLogicalTypeAnnotation())) {
        return primitive;
      }
      PrimitiveType bytes =
          org.apache.parquet.schema.Types.primitive(
                  PrimitiveTypeName.BINARY, primitive.getRepetition())
              .named(primitive.getName());
      return primitive.getId() == null ? bytes : bytes.withId(primitive.getId().intValue());
    }
  }
}
