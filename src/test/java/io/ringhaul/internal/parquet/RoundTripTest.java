package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.seeds.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.TypeUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An import restores the exported bytes for random types and values. */
class RoundTripTest {

  @Test
  void restoresEveryValueByteForByte() {
    Seeds.each(
        120,
        random -> {
          CqlGenerator generator = new CqlGenerator(random);
          List<ColumnDescription> columns = columns(random, generator);
          List<List<@Nullable String>> expected = new ArrayList<>();
          List<RawRow> rows = new ArrayList<>();
          for (int i = 0; i < 25; i++) {
            List<@Nullable ByteBuffer> values = new ArrayList<>();
            for (ColumnDescription column : columns) {
              ByteBuffer value =
                  column.isPrimaryKey()
                      ? generator.value(column.type())
                      : generator.nullable(column.type());
              values.add(value == null ? null : placed(random, value));
            }
            expected.add(ParquetFiles.hex(columns.size(), values::get));
            rows.add(values::get);
          }
          assertThat(ParquetFiles.roundTrip(columns, rows)).isEqualTo(expected);
          for (int i = 0; i < rows.size(); i++) {
            assertThat(ParquetFiles.hex(columns.size(), rows.get(i)))
                .as("positions and limits of the buffers are unchanged")
                .isEqualTo(expected.get(i));
          }
        });
  }

  @Test
  void fieldIdsEqualThoseOfNewTable() {
    Seeds.each(
        200,
        random -> {
          List<ColumnDescription> columns = columns(random, new CqlGenerator(random));
          Schema schema = IcebergTypes.schema(ParquetFiles.table(columns), columns);
          int[] last = {0};
          Schema fresh = TypeUtil.assignFreshIds(schema, () -> ++last[0]);
          assertThat(fresh.asStruct()).isEqualTo(schema.asStruct());
          assertThat(schema.columns().get(columns.size() - 1).fieldId()).isEqualTo(columns.size());
        });
  }

  @Test
  void everyMappedTypeIsCompatibleInBothDirections() {
    Seeds.each(
        300,
        random -> {
          DataType type = new CqlGenerator(random).type(4);
          ColumnDescription column = new ColumnDescription("value", type, Kind.REGULAR);
          assertThat(IcebergCompatibility.exportProblem(column, IcebergTypes.type(type))).isEmpty();
          assertThat(
                  IcebergCompatibility.importProblem(
                      column, IcebergTypes.type(type), ReadOptions.EXACT))
              .isEmpty();
        });
  }

  /** The generator's bytes equal those of the driver, for types that the driver can encode. */
  @Test
  void generatedValuesEqualDriverEncoding() {
    Seeds.each(
        300,
        random -> {
          CqlGenerator generator = new CqlGenerator(random);
          DataType type = generator.type(3);
          if (isKnownToTheDriver(type)) {
            TypeCodec<Object> codec = CodecRegistry.DEFAULT.codecFor(type);
            ByteBuffer value = generator.value(type);
            Object decoded = codec.decode(value.duplicate(), ProtocolVersion.V4);
            assertThat(decoded).isNotNull();
            assertThat(codec.encode(decoded, ProtocolVersion.V4))
                .as("%s", CqlTypes.text(type))
                .isEqualTo(value);
          }
        });
  }

  /**
   * Excludes vectors, user-defined types without a schema, equal elements of a set, and IPv4 in
   * IPv6.
   */
  private static boolean isKnownToTheDriver(DataType type) {
    String text = CqlTypes.text(type);
    return !text.contains("vector")
        && !text.contains("udt")
        && !text.contains("set")
        && !text.contains("inet");
  }

  private static List<ColumnDescription> columns(Random random, CqlGenerator generator) {
    List<ColumnDescription> columns = new ArrayList<>();
    columns.add(new ColumnDescription("pk", DataTypes.TEXT, Kind.PARTITION_KEY));
    columns.add(new ColumnDescription("Ck 1", generator.type(1), Kind.CLUSTERING));
    IntStream.range(0, 1 + random.nextInt(5))
        .forEach(i -> columns.add(new ColumnDescription("c" + i, generator.type(4), Kind.REGULAR)));
    return columns;
  }

  /** Returns the bytes in a buffer of another kind, with padding around them. */
  private static ByteBuffer placed(Random random, ByteBuffer value) {
    int before = random.nextInt(3);
    int capacity = before + value.remaining() + random.nextInt(3);
    ByteBuffer larger =
        random.nextBoolean() ? ByteBuffer.allocate(capacity) : ByteBuffer.allocateDirect(capacity);
    larger.put(before, CqlBytes.bytes(value));
    larger.position(before).limit(before + value.remaining());
    return switch (random.nextInt(3)) {
      case 0 -> larger.slice();
      case 1 -> larger.asReadOnlyBuffer();
      default -> larger;
    };
  }
}
