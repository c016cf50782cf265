package io.ringhaul.internal.iceberg;

import static io.ringhaul.internal.cql.CqlBytes.integer;
import static io.ringhaul.internal.iceberg.Exports.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalWarehouseTest {

  private static final int OPENERS = 6;

  @TempDir Path folder;

  @RepeatedTest(5)
  void canBeCreatedConcurrently() {
    ExecutorService threads = Executors.newFixedThreadPool(OPENERS);
    CountDownLatch start = new CountDownLatch(1);
    try {
      List<CompletableFuture<Void>> openers = new ArrayList<>();
      for (int i = 0; i < OPENERS; i++) {
        Namespace namespace = Namespace.of("n" + i);
        openers.add(
            CompletableFuture.runAsync(
                () -> {
                  await(start);
                  try (CatalogSource.LocalWarehouse warehouse =
                      CatalogSource.LocalWarehouse.open(folder)) {
                    ((SupportsNamespaces) warehouse.catalog()).createNamespace(namespace);
                  }
                },
                threads));
      }
      start.countDown();
      openers.forEach(CompletableFuture::join);
    } finally {
      threads.shutdownNow();
    }
    try (CatalogSource.LocalWarehouse warehouse = CatalogSource.LocalWarehouse.open(folder)) {
      assertThat(((SupportsNamespaces) warehouse.catalog()).listNamespaces()).hasSize(OPENERS);
    }
  }

  @Test
  void reportsAFileThatIsNotACatalog() throws IOException {
    Path file = Files.writeString(folder.resolve("catalog.db"), "this is not a SQLite database");
    assertThatThrownBy(() -> CatalogSource.LocalWarehouse.open(folder))
        .isInstanceOfSatisfying(
            StorageException.class, e -> assertThat(e.location()).isEqualTo(folder.toString()))
        .hasMessageStartingWith("The Iceberg catalog " + file + " cannot be opened: ");
    assertThat(file).hasContent("this is not a SQLite database");
  }

  @ParameterizedTest
  @CsvSource({
    "s3://bucket/v1.metadata.json, is not a path on this machine",
    "s3://x/y, is not a path on this machine",
    "http://127.0.0.1:1/v1.metadata.json, is not a path on this machine",
    "hdfs://name/v1.metadata.json, is not a path on this machine",
    "'', does not exist",
    "v1.metadata.json, does not exist",
    "file:/gone/v1.metadata.json, does not exist",
    "/etc, does not exist",
    "/etc/passwd, contains no table metadata",
    "file:///etc/passwd, contains no table metadata",
    "garbage, contains no table metadata"
  })
  void reportsABadMetadataFileWithoutRetries(String location, String problem) throws Exception {
    TableDescription table =
        Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));
    IcebergTarget target = IcebergTarget.warehouse(folder).table("lake.t");
    Exports.run(target, table);
    String named = location;
    if (location.equals("garbage")) {
      named =
          Files.writeString(folder.resolve("v1.metadata.json"), "{\"format-version\":2,")
              .toString();
    }
    try (Connection catalog =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("catalog.db"));
        PreparedStatement update =
            catalog.prepareStatement("UPDATE iceberg_tables SET metadata_location = ?")) {
      update.setString(1, named);
      assertThat(update.executeUpdate()).isOne();
    }
    IcebergSource source = IcebergSource.warehouse(folder).table("lake.t");
    String sentence =
        "The Iceberg table lake.t cannot be read: its catalog refers to the metadata file \""
            + named
            + "\", which "
            + problem;
    long began = System.nanoTime();
    for (ThrowingCallable use :
        List.<ThrowingCallable>of(
            () -> Exports.imported(source, table),
            () -> Exports.run(target, table),
            () -> source.position(GrowingSource.BEGINNING))) {
      assertThatThrownBy(use)
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith(sentence)
          .hasMessageEndingWith(
              ". Restore the file, or correct metadata_location in table iceberg_tables of the"
                  + " catalog");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void rejectsACommitToARemovedCatalog() throws IOException {
    IcebergTarget target = IcebergTarget.warehouse(folder);
    TableDescription table =
        Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));
    UUID job = UUID.randomUUID();
    try (TargetSession session = target.table("lake.t").open()) {
      TargetPlan plan = session.plan(Exports.description(table, job));
      TaskOutput output = Exports.write(session, plan, table, row(integer(1)));
      Path catalog = folder.resolve(CatalogSource.LocalWarehouse.CATALOG_FILE);
      String message =
          "The Iceberg catalog "
              + catalog
              + " was removed or replaced after it was opened: commits to it would be lost. Make"
              + " sure that no other program changes the warehouse folder, then run the export"
              + " again or resume its job";
      for (String file : List.of("", "-wal", "-shm")) {
        Files.deleteIfExists(folder.resolve(CatalogSource.LocalWarehouse.CATALOG_FILE + file));
      }
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(StorageException.class)
          .hasMessage(message);
      Exports.run(target.table("lake.other"), table, row(integer(2)));
      assertThatThrownBy(() -> session.commit(plan, List.of(output)))
          .isInstanceOf(StorageException.class)
          .hasMessage(message);
    }
    Warehouse.with(folder, warehouse -> assertThat(warehouse.hasTable("lake.t")).isFalse());
  }

  /** PyIceberg writes tables without the column iceberg_type, under the name that the user gave. */
  @Test
  void readsTheCatalogOfAnotherProgramWithoutAChange() throws Exception {
    TableDescription table =
        Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY));
    Exports.run(
        IcebergTarget.warehouse(folder).table("lake.t"), table, Exports.row(CqlBytes.integer(7)));
    run(
        "PRAGMA journal_mode=DELETE",
        "ALTER TABLE iceberg_tables DROP COLUMN iceberg_type",
        "UPDATE iceberg_tables SET catalog_name = 'default'",
        "UPDATE iceberg_namespace_properties SET catalog_name = 'default'");
    byte[] before = Files.readAllBytes(folder.resolve("catalog.db"));
    IcebergSource source = IcebergSource.warehouse(folder);
    assertThat(Exports.imported(source.table("lake.t"), table))
        .containsExactly(List.of("00000007"));
    assertThatThrownBy(() -> Exports.imported(source.table("lake.other"), table))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "The catalog default has no Iceberg table lake.other: the namespace lake has t; name one"
                + " with table(...)");
    assertThat(folder.resolve("catalog.db")).hasBinaryContent(before);

    run(
        "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name) VALUES ('prod',"
            + " 'lake', 'u')");
    assertThatThrownBy(() -> Exports.imported(source.table("lake.t"), table))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("has tables of the catalogs default, prod and none of");
  }

  private void run(String... statements) throws SQLException {
    try (Connection catalog =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("catalog.db"));
        Statement statement = catalog.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
