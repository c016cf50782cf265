package io.ringhaul.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.jdbc.JdbcCatalog;

/** Reads a local warehouse through Iceberg's own classes. */
public final class Warehouse {

  private Warehouse() {}

  /** Passes the table to the reader while the catalog is open. */
  public static void inspect(Path folder, TableIdentifier table, Consumer<Table> reader) {
    try (JdbcCatalog catalog = new JdbcCatalog()) {
      catalog.initialize(
          "ringhaul",
          Map.of(
              "uri",
              "jdbc:sqlite:" + folder.resolve("catalog.db"),
              "warehouse",
              folder.toUri().toString(),
              "io-impl",
              "io.ringhaul.internal.iceberg.LocalFileIO",
              "jdbc.schema-version",
              "V1"));
      reader.accept(catalog.loadTable(table));
    }
  }

  /** Returns every row of the table's current snapshot. */
  static List<Record> rows(Table table) {
    List<Record> rows = new ArrayList<>();
    try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      records.forEach(record -> rows.add(record.copy()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /**
   * Returns every file below the folder except those of the catalog. Concurrent creation and
   * deletion of files is allowed.
   */
  public static List<Path> files(Path folder) {
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (!file.getFileName().toString().startsWith("catalog.db")) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return files;
  }
}
