package io.ringhaul.internal.iceberg;

import static io.ringhaul.internal.cql.CqlBytes.integer;
import static io.ringhaul.internal.iceberg.Exports.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.nio.file.Path;
import org.apache.iceberg.TableUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the property format-version of new and existing tables. */
@ParameterizedClass
@EnumSource(TestedCatalog.class)
class FormatVersionTest {

  private static final TableDescription SOURCE =
      Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));

  private final TestedCatalog kind;
  @TempDir private Path folder;
  private TestedCatalog.Opened catalog;

  FormatVersionTest(TestedCatalog kind) {
    this.kind = kind;
  }

  @BeforeEach
  void open() {
    catalog = kind.open(folder);
  }

  @AfterEach
  void close() {
    catalog.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void createsTablesOfTheVersion(int version) {
    Exports.run(versioned(version), SOURCE, row(integer(1)));
    Exports.run(target().mode(WriteMode.APPEND), SOURCE, row(integer(2)));
    assertTable(version, 1, 2);
  }

  @Test
  void createsTablesOfVersion2ByDefault() {
    Exports.run(target(), SOURCE, row(integer(1)));
    assertTable(2, 1);
  }

  @Test
  void raisesTheVersionOfAnExistingTable() {
    Exports.run(target(), SOURCE, row(integer(1)));
    Exports.run(versioned(3).mode(WriteMode.APPEND), SOURCE, row(integer(2)));
    Exports.run(versioned(3).mode(WriteMode.APPEND), SOURCE, row(integer(3)));
    assertTable(3, 1, 2, 3);
  }

  @Test
  void refusesToLowerTheVersion() {
    Exports.run(versioned(3), SOURCE, row(integer(1)));
    assertThatThrownBy(
            () -> Exports.run(versioned(2).mode(WriteMode.APPEND), SOURCE, row(integer(2))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "lake.t does not fit the export: its format version is 3, which Iceberg cannot lower to"
                + " the 2 that the property format-version sets.");
    assertTable(3, 1);
  }

  private IcebergTarget target() {
    return catalog.target().table("lake.t");
  }

  private IcebergTarget versioned(int version) {
    return target().property("format-version", Integer.toString(version));
  }

  private void assertTable(int version, Integer... ids) {
    Warehouse.with(
        folder,
        warehouse -> {
          assertThat(TableUtil.formatVersion(warehouse.table("lake.t"))).isEqualTo(version);
          assertThat(Warehouse.rows(warehouse.table("lake.t")))
              .extracting(row -> row.getField("id"))
              .containsExactlyInAnyOrder((Object[]) ids);
        });
  }
}
