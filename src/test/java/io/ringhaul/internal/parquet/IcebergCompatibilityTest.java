package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;

class IcebergCompatibilityTest {

  private static final Type INT = Types.IntegerType.get();
  private static final Type STRING = Types.StringType.get();
  private static final DataType UDT =
      TestUserType.of("u", List.of("a", "b"), List.of(DataTypes.INT, DataTypes.TEXT));

  @Test
  void exportRequiresMappedType() {
    assertThat(exportProblem(DataTypes.BIGINT, INT))
        .contains(
            "CQL type bigint is not compatible with Iceberg type int: it must be long, not int");
    assertThat(exportProblem(DataTypes.TIMESTAMP, Types.TimestampType.withoutZone())).isPresent();
    assertThat(
            exportProblem(
                DataTypes.listOf(DataTypes.FLOAT),
                Types.ListType.ofRequired(1, Types.DoubleType.get())))
        .hasValueSatisfying(
            problem -> assertThat(problem).endsWith("element must be float, not double"));
    assertThat(
            exportProblem(
                DataTypes.mapOf(DataTypes.INT, UDT),
                Types.MapType.ofOptional(1, 2, INT, struct(field("a"), field("c")))))
        .hasValueSatisfying(
            problem -> assertThat(problem).endsWith("the CQL type has no field for value.c"));
    assertThat(exportProblem(UDT, struct(field("a"))))
        .hasValueSatisfying(
            problem -> assertThat(problem).endsWith("the Iceberg type has no field b"));
    assertThat(
            exportProblem(
                UDT,
                struct(NestedField.required(1, "a", INT), NestedField.optional(2, "b", STRING))))
        .hasValueSatisfying(problem -> assertThat(problem).endsWith("a must be optional"));
    assertThat(exportProblem(DataTypes.custom("org.example.Shape"), INT)).isPresent();
  }

  @Test
  void importRejectsLossyOrAmbiguousTypes() {
    assertImportRefused(DataTypes.FLOAT, Types.DoubleType.get());
    assertImportRefused(DataTypes.INT, STRING);
    assertImportRefused(DataTypes.TEXT, INT);
    assertImportRefused(DataTypes.TIMESTAMP, Types.TimestampType.withoutZone());
    assertImportRefused(DataTypes.TIMESTAMP, Types.TimestampNanoType.withoutZone());
    assertImportRefused(DataTypes.TEXT, Types.VariantType.get());
    assertImportRefused(DataTypes.BLOB, Types.GeometryType.crs84());
    assertImportRefused(DataTypes.BOOLEAN, INT);
    assertImportRefused(UDT, struct(field("a"), field("c")));
    assertImportRefused(UDT, STRING);
    assertImportRefused(DataTypes.tupleOf(DataTypes.INT), struct(field("x"), field("y")));
    assertImportRefused(DataTypes.DURATION, struct(field("months"), field("days")));
    assertImportRefused(DataTypes.custom("org.example.Shape"), Types.BinaryType.get());
    assertThat(importProblem(DataTypes.listOf(DataTypes.INT), Types.ListType.ofRequired(1, STRING)))
        .contains(
            "Iceberg type list<string> is not compatible with CQL type list<int>: value.element is"
                + " int and cannot be converted from string");
  }

  /** Fields in another order, optional instead of required, and a column that the export lacks. */
  @Test
  void exportsToExistingTableOfAnotherShape() {
    Schema schema =
        new Schema(
            NestedField.optional(7, "extra", Types.ListType.ofRequired(20, struct(field("z", 21)))),
            NestedField.optional(
                3,
                "v",
                Types.ListType.ofOptional(
                    4,
                    struct(
                        NestedField.optional(9, "b", STRING), NestedField.optional(5, "a", INT)))),
            NestedField.optional(1, "Key 1", INT));
    List<ColumnDescription> columns =
        List.of(
            new ColumnDescription("Key 1", DataTypes.INT, Kind.PARTITION_KEY),
            new ColumnDescription("v", DataTypes.listOf(UDT), Kind.REGULAR));
    InMemoryOutputFile file = new InMemoryOutputFile();
    List<ByteBuffer> row =
        List.of(
            CqlBytes.integer(1),
            CqlBytes.collection(
                2,
                CqlBytes.tuple(CqlBytes.integer(2), CqlBytes.text("x")),
                CqlBytes.tuple(null, null)));
    ParquetFiles.write(file, schema, columns, List.of(row::get));
    List<Record> records = ParquetFiles.read(file, schema);
    assertThat(records)
        .singleElement()
        .hasToString("Record(null, [Record(x, 2), Record(null, null)], 1)");
  }

  @Test
  void writerRequiresSchemaFieldForEachColumn() {
    ColumnDescription column = new ColumnDescription("v", DataTypes.INT, Kind.REGULAR);
    Schema other = new Schema(NestedField.optional(1, "w", INT));
    assertThatThrownBy(() -> CqlParquetWriters.check(other, List.of(column), TypeChoices.NONE))
        .hasMessage("The schema has no column v");
    Schema text = new Schema(NestedField.optional(1, "v", STRING));
    assertThatThrownBy(() -> CqlParquetWriters.check(text, List.of(column), TypeChoices.NONE))
        .hasMessageContaining("CQL type int is not compatible with Iceberg type string");
    Schema more = new Schema(NestedField.optional(1, "v", INT), NestedField.required(2, "w", INT));
    assertThatThrownBy(() -> CqlParquetWriters.check(more, List.of(column), TypeChoices.NONE))
        .hasMessage("The schema requires column w, which the rows do not have");
  }

  private static Optional<String> exportProblem(DataType cql, Type iceberg) {
    return IcebergCompatibility.exportProblem(
        new ColumnDescription("value", cql, Kind.REGULAR), iceberg);
  }

  private static Optional<String> importProblem(DataType cql, Type iceberg) {
    return IcebergCompatibility.importProblem(
        new ColumnDescription("value", cql, Kind.REGULAR), iceberg, ReadOptions.EXACT);
  }

  private static void assertImportRefused(DataType cql, Type iceberg) {
    assertThat(importProblem(cql, iceberg)).isPresent();
    assertThatThrownBy(
            () ->
                CqlValueEncoder.of(
                    new ColumnDescription("v", cql, Kind.REGULAR), iceberg, ReadOptions.EXACT))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Types.StructType struct(NestedField... fields) {
    return Types.StructType.of(fields);
  }

  private static NestedField field(String name) {
    return field(name, name.charAt(0));
  }

  private static NestedField field(String name, int id) {
    return NestedField.optional(id, name, INT);
  }
}
