package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.util.StructLikeWrapper;

/** A local warehouse with its own catalog, as a second process sees it. */
final class Warehouse implements AutoCloseable {

  private final Path folder;
  private final CatalogSource.LocalWarehouse opened;

  Warehouse(Path folder) {
    this.folder = folder;
    this.opened = CatalogSource.LocalWarehouse.open(folder);
  }

  Catalog catalog() {
    return opened.catalog();
  }

  Table table(String name) {
    return catalog().loadTable(TableIdentifier.parse(name));
  }

  boolean hasTable(String name) {
    return catalog().tableExists(TableIdentifier.parse(name));
  }

  /** Returns all rows of the current snapshot, read by Iceberg's reader. */
  static List<Record> rows(Table table) {
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      List<Record> rows = new ArrayList<>();
      records.forEach(rows::add);
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the rows of one data file. */
  static List<Record> rows(Table table, DataFile file) {
    try (CloseableIterable<Record> records =
        Parquet.read(table.io().newInputFile(file.location()))
            .project(table.schema())
            .createReaderFunc(type -> GenericParquetReaders.buildReader(table.schema(), type))
            .build()) {
      List<Record> rows = new ArrayList<>();
      records.forEach(rows::add);
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the data files of the current snapshot. */
  static List<DataFile> dataFiles(Table table) {
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      List<DataFile> files = new ArrayList<>();
      tasks.forEach(task -> files.add(task.file()));
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Snapshot> snapshots(Table table) {
    List<Snapshot> snapshots = new ArrayList<>();
    table.snapshots().forEach(snapshots::add);
    return snapshots;
  }

  /** Returns every Parquet file under the warehouse, complete or not, in a table or not. */
  List<String> parquetFilesOnDisk() {
    return parquetFilesIn(folder);
  }

  /** Returns the Parquet files, complete or not, and the row files of tasks. */
  static List<String> parquetFilesIn(Path folder) {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(Files::isRegularFile)
          .filter(path -> path.getFileName().toString().matches(".*\\.(parquet|rows).*"))
          .map(LocalFileIO::location)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the locations of the current data files of a table. */
  static List<String> locationsIn(Path folder, String table) {
    try (Warehouse warehouse = new Warehouse(folder)) {
      return locations(dataFiles(warehouse.table(table)));
    }
  }

  static List<String> locations(List<DataFile> files) {
    return files.stream().map(DataFile::location).sorted().toList();
  }

  /** Checks each row of each file with Iceberg's transforms and returns the partitions. */
  static Set<StructLikeWrapper> eachFileHoldsOnePartition(Table table) {
    StructLikeWrapper wrapper = StructLikeWrapper.forType(table.spec().partitionType());
    InternalRecordWrapper internal = new InternalRecordWrapper(table.schema().asStruct());
    PartitionKey key = new PartitionKey(table.spec(), table.schema());
    Set<StructLikeWrapper> partitions = new HashSet<>();
    for (DataFile file : dataFiles(table)) {
      StructLikeWrapper partition = wrapper.copyFor(file.partition());
      partitions.add(partition);
      List<Record> rows = rows(table, file);
      assertThat(rows).hasSize((int) file.recordCount());
      for (Record row : rows) {
        key.partition(internal.wrap(row));
        assertThat(wrapper.copyFor(key)).as("partition of %s", row).isEqualTo(partition);
      }
    }
    return partitions;
  }

  static void with(Path folder, Consumer<Warehouse> use) {
    try (Warehouse warehouse = new Warehouse(folder)) {
      use.accept(warehouse);
    }
  }

  @Override
  public void close() {
    opened.close();
  }
}
