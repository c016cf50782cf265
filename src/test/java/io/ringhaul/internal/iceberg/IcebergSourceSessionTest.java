package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an import reads of an Iceberg table, and what it says of one that is damaged. */
class IcebergSourceSessionTest {

  private static final TableDescription TABLE =
      Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));

  @TempDir Path folder;

  @BeforeEach
  void export() {
    Exports.run(IcebergTarget.warehouse(folder), TABLE, Exports.row(CqlBytes.integer(7)));
  }

  @Test
  void sessionReadsThePlanOfAnotherSession() {
    IcebergSource source = IcebergSource.warehouse(folder);
    SourcePlan plan;
    try (SourceSession session = source.open()) {
      plan = session.plan(TABLE, List.of(), OptionalInt.empty());
    }
    try (SourceSession session = source.open();
        RowReader reader = session.open(plan, TABLE.columns(), plan.tasks().get(0))) {
      RawRow row = Objects.requireNonNull(reader.next());
      assertThat(row.bytes(0)).isEqualTo(CqlBytes.integer(7));
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void failureNamesAMissingDataFile() throws IOException {
    Files.delete(dataFile());
    assertUnreadable();
  }

  @Test
  void failureNamesADamagedDataFile() throws IOException {
    Path file = dataFile();
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, 4, bytes.length / 2, (byte) 0x55); // the pages, but not the footer
    Files.write(file, bytes);
    assertUnreadable();
    Files.write(file, new byte[bytes.length]);
    assertUnreadable();
  }

  private Path dataFile() {
    return LocalFileIO.path(Warehouse.parquetFilesIn(folder).get(0));
  }

  private void assertUnreadable() {
    String location = Warehouse.locationsIn(folder, "ks.t").get(0);
    assertThatThrownBy(() -> Exports.imported(IcebergSource.warehouse(folder), TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("The data file " + location + " cannot be read: ");
  }
}
