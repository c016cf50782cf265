package io.ringhaul.internal.iceberg;

import static io.ringhaul.internal.iceberg.Exports.row;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.ParquetMetricsRowGroupFilter;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that Iceberg's evaluators find each exported row by its UUID. */
class UuidColumnsTest {

  private static final String TABLE = "lake.t";
  private static final String METRICS = "write.metadata.metrics.column.";
  private static final String STATISTICS = "write.parquet.stats-enabled.column.";

  /** UUIDs whose order by unsigned bytes differs from their order as signed numbers. */
  private static final UUID LOW = UUID.fromString("4512272c-0d4e-4c73-8f5a-0a3f0f1d2b11");

  private static final UUID HIGH = UUID.fromString("fb86bd80-7d1f-4c1d-9d5c-5b7e3b0c9a22");
  private static final UUID MADE_EARLY = UUID.fromString("00a1b2c3-1111-11ee-8000-000000000001");
  private static final UUID MADE_LATE = UUID.fromString("ffa1b2c3-1111-11ef-bfff-ffffffffffff");

  private static final ColumnDescription ID =
      new ColumnDescription("id", DataTypes.UUID, Kind.PARTITION_KEY);
  private static final ColumnDescription MADE = regular("made", DataTypes.TIMEUUID);
  private static final ColumnDescription PAIR =
      regular("pair", DataTypes.tupleOf(DataTypes.UUID, DataTypes.INT));
  private static final ColumnDescription IDS = regular("ids", DataTypes.listOf(DataTypes.UUID));
  private static final ColumnDescription LINKS =
      regular("links", DataTypes.mapOf(DataTypes.UUID, DataTypes.TIMEUUID));
  private static final ColumnDescription NUMBER = regular("number", DataTypes.INT);

  private static final TableDescription NESTED = Exports.table(ID, MADE, PAIR, IDS, LINKS, NUMBER);
  private static final String[] PATHS = {
    "id", "made", "pair.f0", "ids.element", "links.key", "links.value"
  };

  @TempDir private Path folder;

  @Test
  void findsRowsByLowAndHighUuids() {
    Exports.run(
        target(),
        NESTED,
        nestedRow(LOW, MADE_EARLY, 1),
        nestedRow(HIGH, MADE_LATE, Integer.MAX_VALUE));

    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          for (UUID id : List.of(LOW, HIGH)) {
            requireFound(table, Expressions.equal("id", id));
            requireFound(table, Expressions.in("id", id, UUID.randomUUID()));
            requireFound(table, Expressions.equal("pair.f0", id));
          }
          for (UUID made : List.of(MADE_EARLY, MADE_LATE)) {
            requireFound(table, Expressions.equal("made", made));
          }
          assertThat(columnsWithBounds(table)).containsExactly("number", "pair.f1");
          assertThat(columnsWithStatistics(table)).containsExactly("number", "pair.f1");
          assertThat(uuidProperties(table)).isEqualTo(properties("counts", "false", PATHS));
        });
  }

  @Test
  void keepsPropertiesThatTheUserSet() {
    IcebergTarget target =
        target().property(METRICS + "id", "full").property(STATISTICS + "id", "true");
    TableDescription table = Exports.table(ID, MADE);
    Exports.run(target, table, row(uuid(LOW), uuid(MADE_EARLY)));
    // The second export sets no properties and keeps those of the table.
    Exports.run(target().mode(WriteMode.APPEND), table, row(uuid(HIGH), uuid(MADE_LATE)));

    Map<String, String> expected = properties("counts", "false", "made");
    expected.putAll(properties("full", "true", "id"));
    Warehouse.with(
        folder,
        warehouse -> {
          assertThat(columnsWithBounds(warehouse.table(TABLE))).containsExactly("id");
          assertThat(columnsWithStatistics(warehouse.table(TABLE))).containsExactly("id");
          assertThat(uuidProperties(warehouse.table(TABLE))).isEqualTo(expected);
        });
  }

  @Test
  void setsPropertiesForAddedColumns() {
    Exports.run(target(), Exports.table(ID, NUMBER), row(uuid(LOW), integer(1)));
    Exports.run(
        target().mode(WriteMode.APPEND).property(STATISTICS + "made", "true"),
        Exports.table(ID, NUMBER, MADE, IDS),
        row(uuid(HIGH), integer(2), uuid(MADE_LATE), null));

    Map<String, String> expected = properties("counts", "false", "id", "made", "ids.element");
    expected.put(STATISTICS + "made", "true");
    Warehouse.with(
        folder,
        warehouse -> {
          assertThat(columnsWithBounds(warehouse.table(TABLE))).containsExactly("number");
          assertThat(columnsWithStatistics(warehouse.table(TABLE)))
              .containsExactly("made", "number");
          assertThat(uuidProperties(warehouse.table(TABLE))).isEqualTo(expected);
        });
  }

  @Test
  void keepsThePropertiesOfForeignTables() {
    Warehouse.with(
        folder,
        warehouse -> {
          ((SupportsNamespaces) warehouse.catalog()).createNamespace(Namespace.of("lake"));
          Schema schema = new Schema(NestedField.required(1, "id", Types.UUIDType.get()));
          warehouse
              .catalog()
              .createTable(TableIdentifier.parse(TABLE), schema, PartitionSpec.unpartitioned());
        });
    Exports.run(target(), Exports.table(ID), row(uuid(LOW)), row(uuid(HIGH)));

    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          requireFound(table, Expressions.equal("id", LOW));
          requireFound(table, Expressions.equal("id", HIGH));
          assertThat(uuidProperties(table)).isEmpty();
        });
  }

  private IcebergTarget target() {
    return IcebergTarget.warehouse(folder).table(TABLE);
  }

  /** Checks that the filter skips neither the file nor its row group. */
  private static void requireFound(Table table, Expression filter) {
    List<DataFile> planned = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().filter(filter).planFiles()) {
      tasks.forEach(task -> planned.add(task.file()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertThat(planned).as("%s", filter).hasSize(1);
    try (ParquetFileReader reader = open(planned.get(0))) {
      ParquetMetricsRowGroupFilter rowGroups =
          new ParquetMetricsRowGroupFilter(table.schema(), filter);
      assertThat(reader.getRowGroups())
          .singleElement()
          .satisfies(
              rowGroup ->
                  assertThat(rowGroups.shouldRead(reader.getFileMetaData().getSchema(), rowGroup))
                      .as("%s", filter)
                      .isTrue());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Set<String> columnsWithBounds(Table table) {
    Set<String> columns = new TreeSet<>();
    for (FileScanTask task : table.newScan().includeColumnStats().planFiles()) {
      Set<Integer> ids = new TreeSet<>(task.file().lowerBounds().keySet());
      ids.addAll(task.file().upperBounds().keySet());
      ids.forEach(id -> columns.add(table.schema().findColumnName(id)));
    }
    return columns;
  }

  /** Returns the columns with row group statistics or a page index. */
  private static Set<String> columnsWithStatistics(Table table) {
    Set<String> columns = new TreeSet<>();
    for (DataFile file : Warehouse.dataFiles(table)) {
      try (ParquetFileReader reader = open(file)) {
        for (BlockMetaData rowGroup : reader.getRowGroups()) {
          for (ColumnChunkMetaData chunk : rowGroup.getColumns()) {
            if (!chunk.getStatistics().isEmpty() || chunk.getColumnIndexReference() != null) {
              columns.add(chunk.getPath().toDotString());
            }
          }
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return columns;
  }

  private static ParquetFileReader open(DataFile file) throws IOException {
    return ParquetFileReader.open(new LocalInputFile(LocalFileIO.path(file.location())));
  }

  private static Map<String, String> uuidProperties(Table table) {
    Map<String, String> properties = new TreeMap<>(table.properties());
    properties.keySet().removeIf(key -> !key.startsWith(METRICS) && !key.startsWith(STATISTICS));
    return properties;
  }

  private static Map<String, String> properties(
      String metrics, String statistics, String... columns) {
    Map<String, String> properties = new TreeMap<>();
    for (String column : columns) {
      properties.put(METRICS + column, metrics);
      properties.put(STATISTICS + column, statistics);
    }
    return properties;
  }

  private static ColumnDescription regular(String name, DataType type) {
    return new ColumnDescription(name, type, Kind.REGULAR);
  }

  private static List<ByteBuffer> nestedRow(UUID id, UUID made, int number) {
    ByteBuffer pair = cells(uuid(id), integer(number));
    return row(
        uuid(id),
        uuid(made),
        pair,
        collection(1, uuid(id)),
        collection(1, uuid(id), uuid(made)),
        integer(number));
  }

  private static ByteBuffer uuid(UUID value) {
    return ByteBuffer.allocate(16)
        .putLong(value.getMostSignificantBits())
        .putLong(value.getLeastSignificantBits())
        .flip();
  }

  private static ByteBuffer integer(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(0, value);
  }

  private static ByteBuffer collection(int size, ByteBuffer... values) {
    ByteBuffer cells = cells(values);
    return ByteBuffer.allocate(Integer.BYTES + cells.remaining()).putInt(size).put(cells).flip();
  }

  private static ByteBuffer cells(ByteBuffer... values) {
    ByteBuffer cells = ByteBuffer.allocate(20 * values.length);
    for (ByteBuffer value : values) {
      cells.putInt(value.remaining()).put(value);
    }
    return cells.flip();
  }
}
