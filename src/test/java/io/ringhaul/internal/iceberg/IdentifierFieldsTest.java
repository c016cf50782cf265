package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.junit.jupiter.api.Test;

/**
 * Tests which primary keys become the identifier fields of a new table, and the reason otherwise.
 */
class IdentifierFieldsTest {

  private static final ColumnDescription VALUE = column("v", DataTypes.INT, Kind.REGULAR);

  @Test
  void acceptsKeysOfPrimitiveTypes() {
    for (DataType type :
        List.of(
            DataTypes.TEXT,
            DataTypes.BLOB,
            DataTypes.BOOLEAN,
            DataTypes.TIMESTAMP,
            DataTypes.DECIMAL,
            DataTypes.VARINT,
            DataTypes.INET,
            DataTypes.TIMEUUID)) {
      assertIdentified(
          List.of(
              column("a", DataTypes.INT, Kind.PARTITION_KEY),
              column("B", type, Kind.PARTITION_KEY),
              column("c", type, Kind.CLUSTERING),
              VALUE),
          "a, \"B\", c",
          "a",
          "B",
          "c");
    }
  }

  @Test
  void rejectsKeysThatIcebergDoesNotAllow() {
    ColumnDescription key = column("a", DataTypes.INT, Kind.PARTITION_KEY);
    assertIdentified(
        List.of(key, column("c", DataTypes.DOUBLE, Kind.CLUSTERING)),
        "none: c of the primary key is a double, which Iceberg does not allow as identifier field");
    assertIdentified(
        List.of(column("a", DataTypes.FLOAT, Kind.PARTITION_KEY)),
        "none: a of the primary key is a float, which Iceberg does not allow as identifier field");
    assertIdentified(
        List.of(key, column("c", DataTypes.frozenListOf(DataTypes.INT), Kind.CLUSTERING)),
        "none: c of the primary key is a list<int>, which is not primitive");
    assertIdentified(
        List.of(
            key,
            column("c", DataTypes.INT, Kind.CLUSTERING),
            column("s", DataTypes.INT, Kind.STATIC)),
        "none: c of the primary key is null in partitions that hold only static columns");
    // A table without clustering columns has no statics.
    assertIdentified(List.of(key, VALUE), "a", "a");
  }

  @Test
  void rejectsAPartlyExportedKey() {
    List<ColumnDescription> columns =
        List.of(
            column("a", DataTypes.INT, Kind.PARTITION_KEY),
            column("c", DataTypes.INT, Kind.CLUSTERING),
            VALUE);
    exported(
        new TableDescription("ks", "t", columns),
        List.of(columns.get(0), VALUE),
        table -> {
          assertThat(table.schema().identifierFieldNames()).isEmpty();
          assertThat(table.properties())
              .containsEntry(
                  "ringhaul.identifier-fields", "none: the export leaves out c of the primary key");
        });
  }

  private static void assertIdentified(
      List<ColumnDescription> columns, String property, String... fields) {
    exported(
        new TableDescription("ks", "t", columns),
        columns,
        table -> {
          assertThat(table.schema().identifierFieldNames()).containsExactlyInAnyOrder(fields);
          assertThat(table.properties()).containsEntry("ringhaul.identifier-fields", property);
        });
  }

  private static void exported(
      TableDescription source, List<ColumnDescription> columns, Consumer<Table> look) {
    InMemoryCatalog catalog = new InMemoryCatalog();
    catalog.initialize("mine", Map.of());
    try (TargetSession session = IcebergTarget.catalog(catalog).table("lake.t").open()) {
      TargetPlan plan =
          session.plan(
              new ExportDescription(
                  UUID.randomUUID(), source, columns, 1, TokenRangeSet.wholeRing(), Map.of()));
      session.commit(plan, List.of());
      look.accept(catalog.loadTable(TableIdentifier.of("lake", "t")));
    }
  }

  private static ColumnDescription column(String name, DataType type, Kind kind) {
    return new ColumnDescription(name, type, kind);
  }
}
