package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.seeds.Seeds;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that each transform of each type assigns rows to the same partitions as Iceberg. */
class PartitionTransformsTest {

  private static final int ROWS = 7;
  private static final String TABLE = "lake.t";
  private static final List<String> TRANSFORMS =
      List.of(
          "identity(%s)",
          "void(%s)",
          "bucket(3, %s)",
          "truncate(5, %s)",
          "year(%s)",
          "month(%s)",
          "day(%s)",
          "hour(%s)");

  private static final Map<String, DataType> TYPES =
      Map.ofEntries(
          Map.entry("ascii", DataTypes.ASCII),
          Map.entry("text", DataTypes.TEXT),
          Map.entry("blob", DataTypes.BLOB),
          Map.entry("boolean", DataTypes.BOOLEAN),
          Map.entry("tinyint", DataTypes.TINYINT),
          Map.entry("smallint", DataTypes.SMALLINT),
          Map.entry("int", DataTypes.INT),
          Map.entry("bigint", DataTypes.BIGINT),
          Map.entry("float", DataTypes.FLOAT),
          Map.entry("double", DataTypes.DOUBLE),
          Map.entry("date", DataTypes.DATE),
          Map.entry("time", DataTypes.TIME),
          Map.entry("timestamp", DataTypes.TIMESTAMP),
          Map.entry("decimal", DataTypes.DECIMAL),
          Map.entry("varint", DataTypes.VARINT),
          Map.entry("inet", DataTypes.INET),
          Map.entry("uuid", DataTypes.UUID),
          Map.entry("timeuuid", DataTypes.TIMEUUID),
          Map.entry("duration", DataTypes.DURATION),
          Map.entry("list", DataTypes.frozenListOf(DataTypes.INT)),
          Map.entry("map", DataTypes.frozenMapOf(DataTypes.INT, DataTypes.INT)),
          Map.entry("vector", DataTypes.vectorOf(DataTypes.FLOAT, 2)),
          Map.entry("tuple", DataTypes.tupleOf(DataTypes.INT)));

  private final InMemoryCatalog catalog = new InMemoryCatalog();

  @BeforeEach
  void open() {
    catalog.initialize("mine", Map.of());
  }

  @AfterEach
  void close() throws Exception {
    catalog.close();
  }

  @ParameterizedTest
  @CsvSource({
    "ascii, i v b t - - - -",
    "text, i v b t - - - -",
    "blob, i v b t - - - -",
    "boolean, i v - - - - - -",
    "tinyint, i v b t - - - -",
    "smallint, i v b t - - - -",
    "int, i v b t - - - -",
    "bigint, i v b t - - - -",
    "float, i v - - - - - -",
    "double, i v - - - - - -",
    "date, i v b - y m d -",
    "time, i v b t - - - -",
    "timestamp, i v b - y m d h",
    "decimal, i v b t - - - -",
    "varint, i v b t - - - -",
    "inet, i v b t - - - -",
    "uuid, i v b - - - - -",
    "timeuuid, i v b - - - - -",
    "duration, - - - - - - - -",
    "list, - - - - - - - -",
    "map, - - - - - - - -",
    "vector, - - - - - - - -",
    "tuple, - - - - - - - -",
  })
  void partitionsATypeByEveryTransform(String name, String legal) {
    DataType type = Objects.requireNonNull(TYPES.get(name));
    List<String> accepted = new ArrayList<>();
    for (String transform : TRANSFORMS) {
      // A struct field accepts the same transforms as a column.
      boolean isLegal =
          assertPartitioned(
              target(),
              type,
              String.format(transform, "v"),
              String.format(transform, "home.v"),
              "truncate(1000, id)");
      accepted.add(isLegal ? transform.substring(0, 1) : "-");
    }
    assertThat(String.join(" ", accepted)).isEqualTo(legal);
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity(v)", "bucket(3, v)", "truncate(5, v)"})
  void partitionsFixedDecimalsByEveryTransform(String expression) {
    Seeds.each(
        1,
        random -> {
          for (int precision : List.of(7, 15, 38)) {
            List<ByteBuffer> decimals = new ArrayList<>();
            List<ByteBuffer> varints = new ArrayList<>();
            for (int i = 0; i < ROWS; i++) {
              BigInteger unscaled =
                  new BigInteger(i % 2 == 0 ? 8 : 22, random).subtract(BigInteger.valueOf(99));
              decimals.add(CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal(unscaled, 3)));
              varints.add(CqlBytes.of(TypeCodecs.VARINT, unscaled));
            }
            assertPartitioned(
                target().decimal("v", precision, 3), DataTypes.DECIMAL, expression, decimals);
            assertPartitioned(
                target().decimal("v", precision, 0), DataTypes.VARINT, expression, varints);
          }
        });
  }

  @Test
  void partitionsByFieldsOfADuration() {
    for (String part : List.of("months", "days", "nanoseconds")) {
      assertThat(assertPartitioned(target(), DataTypes.DURATION, "bucket(2, v." + part + ")"))
          .isTrue();
      assertThat(assertPartitioned(target(), DataTypes.DURATION, "home.v." + part)).isTrue();
    }
  }

  @Test
  void partitionsBySeveralTransforms() {
    assertThat(
            assertPartitioned(
                target(),
                DataTypes.TIMESTAMP,
                "month(v)",
                "bucket(2, id)",
                "day(home.v)",
                "void(id)"))
        .isTrue();
  }

  @Test
  void rejectsPartitionValuesThatAreNotFinite() {
    ColumnDescription real = new ColumnDescription("v", DataTypes.DOUBLE, Kind.REGULAR);
    ColumnDescription id = new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY);
    TableDescription table = Exports.table(id, real);
    for (String bits :
        List.of("7ff8000000000000", "fff0000000000001", "7ff0000000000000", "fff0000000000000")) {
      List<@Nullable ByteBuffer> row = Exports.row(CqlBytes.integer(1), CqlBytes.hex(bits));
      assertThatThrownBy(() -> Exports.run(target().partitionBy("v"), table, row))
          .isInstanceOfSatisfying(
              UnrepresentableValueException.class, e -> assertThat(e.column()).isEqualTo("v"))
          .hasMessage(
              "v is %s, which no partition can contain; partition the table by another column, or"
                  + " leave this one out",
              CqlBytes.hex(bits).getDouble());
    }
    assertThat(catalog.tableExists(TableIdentifier.parse(TABLE))).isFalse();
  }

  /** Returns whether Iceberg accepts the transforms, and if so checks the partition of each row. */
  private boolean assertPartitioned(IcebergTarget target, DataType type, String... expressions) {
    boolean[] legal = {true};
    Seeds.each(
        1,
        random -> {
          CqlGenerator generator = new CqlGenerator(random);
          List<ByteBuffer> values =
              Stream.generate(() -> generator.value(type))
                  .filter(value -> !isNotFinite(type, value))
                  .limit(ROWS)
                  .toList();
          try {
            assertPartitioned(target.partitionBy(expressions), type, values);
          } catch (InvalidSettingException e) {
            assertThat(e.setting()).isEqualTo("partitionBy");
            legal[0] = false;
          }
        });
    return legal[0];
  }

  private void assertPartitioned(
      IcebergTarget target, DataType type, String expression, List<ByteBuffer> values) {
    assertPartitioned(target.partitionBy(expression), type, values);
  }

  private void assertPartitioned(IcebergTarget target, DataType type, List<ByteBuffer> values) {
    DataType home = TestUserType.of("home", List.of("other", "v"), List.of(DataTypes.TEXT, type));
    TableDescription table =
        Exports.table(
            new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
            new ColumnDescription("v", type, Kind.REGULAR),
            new ColumnDescription("home", home, Kind.REGULAR));
    List<List<@Nullable ByteBuffer>> rows = new ArrayList<>();
    Random random = new Random(7);
    for (ByteBuffer value : values) {
      ByteBuffer other = random.nextBoolean() ? null : CqlBytes.text("other");
      rows.add(Exports.row(CqlBytes.integer(rows.size()), value, CqlBytes.tuple(other, value)));
    }
    rows.add(Exports.row(CqlBytes.integer(100), null, null));
    rows.add(Exports.row(CqlBytes.integer(101), null, CqlBytes.tuple(CqlBytes.text("x"), null)));
    try {
      Exports.run(target, table, array(rows));
      Table written = catalog.loadTable(TableIdentifier.parse(TABLE));
      assertThat(Warehouse.eachFileHoldsOnePartition(written))
          .hasSameSizeAs(Warehouse.dataFiles(written));
      List<List<@Nullable String>> expected = new ArrayList<>();
      rows.forEach(
          row ->
              expected.add(
                  new ArrayList<>(
                      row.stream()
                          .map(value -> value == null ? "null" : CqlBytes.hex(value))
                          .toList())));
      List<List<@Nullable String>> imported = new ArrayList<>();
      Exports.imported(IcebergSource.catalog(catalog).table(TABLE), table)
          .forEach(
              row ->
                  imported.add(
                      new ArrayList<>(
                          row.stream().map(value -> value == null ? "null" : value).toList())));
      assertThat(imported).containsExactlyInAnyOrderElementsOf(expected);
    } finally {
      if (catalog.tableExists(TableIdentifier.parse(TABLE))) {
        catalog.dropTable(TableIdentifier.parse(TABLE));
      }
    }
  }

  private IcebergTarget target() {
    return IcebergTarget.catalog(catalog).table(TABLE);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static List<@Nullable ByteBuffer>[] array(List<List<@Nullable ByteBuffer>> rows) {
    return rows.toArray(new List[0]);
  }

  private static boolean isNotFinite(DataType type, ByteBuffer value) {
    return type.equals(DataTypes.FLOAT)
        ? !Float.isFinite(value.getFloat(0))
        : type.equals(DataTypes.DOUBLE) && !Double.isFinite(value.getDouble(0));
  }
}
