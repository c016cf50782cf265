package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;

class IcebergTypesTest {

  @Test
  void scalars() {
    Map<DataType, String> expected =
        Map.ofEntries(
            Map.entry(DataTypes.ASCII, "string"),
            Map.entry(DataTypes.TEXT, "string"),
            Map.entry(DataTypes.BLOB, "binary"),
            Map.entry(DataTypes.BOOLEAN, "boolean"),
            Map.entry(DataTypes.TINYINT, "int"),
            Map.entry(DataTypes.SMALLINT, "int"),
            Map.entry(DataTypes.INT, "int"),
            Map.entry(DataTypes.BIGINT, "long"),
            Map.entry(DataTypes.COUNTER, "long"),
            Map.entry(DataTypes.FLOAT, "float"),
            Map.entry(DataTypes.DOUBLE, "double"),
            Map.entry(DataTypes.DATE, "date"),
            Map.entry(DataTypes.TIME, "long"),
            Map.entry(DataTypes.TIMESTAMP, "timestamptz"),
            Map.entry(DataTypes.DECIMAL, "string"),
            Map.entry(DataTypes.VARINT, "string"),
            Map.entry(DataTypes.INET, "string"),
            Map.entry(DataTypes.UUID, "uuid"),
            Map.entry(DataTypes.TIMEUUID, "uuid"));
    expected.forEach(
        (cql, iceberg) -> assertThat(IcebergTypes.type(cql)).as("%s", cql).hasToString(iceberg));
  }

  @Test
  void assignsFieldIdsInIcebergOrder() {
    DataType udt = TestUserType.of("addr", List.of("Zip"), List.of(DataTypes.setOf(DataTypes.INT)));
    List<ColumnDescription> columns =
        List.of(
            column("k", DataTypes.UUID, Kind.PARTITION_KEY),
            column("c", DataTypes.TIMESTAMP, Kind.CLUSTERING),
            column("m", DataTypes.mapOf(DataTypes.TEXT, udt, false), Kind.REGULAR),
            column(
                "t",
                DataTypes.tupleOf(DataTypes.DURATION, DataTypes.vectorOf(DataTypes.FLOAT, 3)),
                Kind.REGULAR));
    Schema schema = IcebergTypes.schema(ParquetFiles.table(columns), columns);
    assertThat(schema.columns())
        .extracting(NestedField::toString)
        .containsExactly(
            "1: k: required uuid (uuid)",
            "2: c: required timestamptz (timestamp)",
            "3: m: optional map<string, struct<7: Zip: optional list<int>>>"
                + " (map<text, frozen<addr>>)",
            "4: t: optional struct<9: f0: optional struct<11: months: required int, 12: days:"
                + " required int, 13: nanoseconds: required long>, 10: f1: optional list<float>>"
                + " (frozen<tuple<duration, vector<float, 3>>>)");
    assertThat(schema.findField("m.key").isRequired()).isTrue();
    assertThat(schema.findField("m.value").isRequired()).isTrue();
    assertThat(schema.findField("t.f1.element").isRequired()).isTrue();
  }

  @Test
  void clusteringColumnsAreOptionalInTablesWithStatics() {
    List<ColumnDescription> columns =
        List.of(
            column("k", DataTypes.INT, Kind.PARTITION_KEY),
            column("c", DataTypes.INT, Kind.CLUSTERING),
            column("s", DataTypes.INT, Kind.STATIC),
            column("v", DataTypes.INT, Kind.REGULAR));
    Schema schema = IcebergTypes.schema(ParquetFiles.table(columns), columns.subList(0, 2));
    assertThat(schema.columns()).extracting(NestedField::isOptional).containsExactly(false, true);
  }

  @Test
  void docIsExactCqlType() {
    DataType type =
        DataTypes.mapOf(
            DataTypes.frozenListOf(DataTypes.INT),
            DataTypes.frozenSetOf(
                DataTypes.vectorOf(TestUserType.of("Odd name", List.of(), List.of()), 2)),
            false);
    assertThat(CqlTypes.text(type))
        .isEqualTo("map<frozen<list<int>>, frozen<set<vector<frozen<\"Odd name\">, 2>>>>");
  }

  @Test
  void rejectsTypesWithoutIcebergType() {
    DataType custom = DataTypes.custom("org.example.Shape");
    List<ColumnDescription> columns =
        List.of(column("Shape", DataTypes.listOf(custom, false), Kind.REGULAR));
    assertThatThrownBy(() -> IcebergTypes.schema(ParquetFiles.table(columns), columns))
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessage(
            "Column \"Shape\" of table ks.t has the type list<'org.example.Shape'>:"
                + " 'org.example.Shape' has no Iceberg type; exclude the column");
    assertThatThrownBy(() -> IcebergTypes.type(custom))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void rejectsConflictingNames() {
    DataType udt = TestUserType.of("u", List.of("b"), List.of(DataTypes.INT));
    assertIndistinct(column("a b", DataTypes.INT), column("a_x20b", DataTypes.INT));
    assertIndistinct(column("a", udt), column("a.b", DataTypes.INT));
    DataType odd =
        TestUserType.of("u", List.of("é b", "é_x20b"), List.of(DataTypes.INT, DataTypes.INT));
    assertThatThrownBy(() -> IcebergTypes.type(odd)).hasMessageContaining("are equal in Parquet");
  }

  private static void assertIndistinct(ColumnDescription one, ColumnDescription other) {
    List<ColumnDescription> columns = List.of(one, other);
    assertThatThrownBy(() -> IcebergTypes.schema(ParquetFiles.table(columns), columns))
        .isInstanceOf(UnsuitableTableException.class)
        .hasMessageContaining("have conflicting names in Iceberg");
  }

  private static ColumnDescription column(String name, DataType type) {
    return column(name, type, Kind.REGULAR);
  }

  private static ColumnDescription column(String name, DataType type, Kind kind) {
    return new ColumnDescription(name, type, kind);
  }
}
