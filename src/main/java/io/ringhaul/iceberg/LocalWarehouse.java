package io.ringhaul.iceberg;

import io.ringhaul.disk.StorageTrouble;
import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.jdbc.JdbcCatalog;

/**
 * A folder with Iceberg tables and, as their catalog, Iceberg's JDBC catalog on a SQLite file.
 * Unlike a catalog of plain files, SQLite loses no commit when several processes write at once.
 */
final class LocalWarehouse implements CatalogSource.Handle {

  static final String CATALOG_FILE = "catalog.db";

  private static final String NAME = "ringhaul";
  private static final String BUSY_TIMEOUT_MILLIS = "60000";
  private static final int ATTEMPTS = 10;
  private static final long PAUSE_MILLIS = 20;

  /** SQLITE_ERROR, SQLITE_BUSY and SQLITE_LOCKED. */
  private static final Set<Integer> PASSING_CODES = Set.of(1, 5, 6);

  private final JdbcCatalog catalog;

  private LocalWarehouse(JdbcCatalog catalog) {
    this.catalog = catalog;
  }

  /**
   * Opens the warehouse, and makes it if it is not there.
   *
   * @throws StorageException if the folder or its catalog cannot be used
   */
  static LocalWarehouse open(Path folder) {
    requireSqlite();
    Path absolute = folder.toAbsolutePath().normalize();
    requireWritable(absolute);
    Map<String, String> properties = new HashMap<>();
    properties.put(CatalogProperties.URI, "jdbc:sqlite:" + absolute.resolve(CATALOG_FILE));
    properties.put(CatalogProperties.WAREHOUSE_LOCATION, LocalFileIO.location(absolute));
    properties.put(CatalogProperties.FILE_IO_IMPL, LocalFileIO.class.getName());
    // SQLite has one writer at a time; more connections would only wait for one another.
    properties.put(CatalogProperties.CLIENT_POOL_SIZE, "1");
    properties.put("jdbc.schema-version", "V1");
    properties.put("jdbc.journal_mode", "WAL");
    properties.put("jdbc.synchronous", "FULL");
    properties.put("jdbc.busy_timeout", BUSY_TIMEOUT_MILLIS);
    for (int attempt = 1; ; attempt++) {
      JdbcCatalog catalog = new JdbcCatalog();
      try {
        catalog.initialize(NAME, properties);
        return new LocalWarehouse(catalog);
      } catch (RuntimeException e) {
        catalog.close();
        if (attempt == ATTEMPTS || !mayBeMadeByOthers(e)) {
          throw new StorageException(
              absolute.toString(),
              "The Iceberg catalog "
                  + absolute.resolve(CATALOG_FILE)
                  + " cannot be opened: "
                  + e.getMessage(),
              e);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS * attempt));
      }
    }
  }

  /**
   * Whether others may be making the same catalog: Iceberg looks what is missing and then makes it,
   * which fails with an error of SQL, or on SQLite's lock, for whoever comes second.
   */
  private static boolean mayBeMadeByOthers(RuntimeException failure) {
    return Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
        .anyMatch(
            cause ->
                cause instanceof SQLException sql && PASSING_CODES.contains(sql.getErrorCode()));
  }

  @Override
  public Catalog catalog() {
    return catalog;
  }

  @Override
  public void close() {
    catalog.close();
  }

  private static void requireWritable(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new StorageException(
          folder.toString(),
          "The warehouse folder " + folder + " cannot be made: " + StorageTrouble.of(e),
          e);
    }
    if (!Files.isWritable(folder)) {
      throw new StorageException(
          folder.toString(),
          "The warehouse folder "
              + folder
              + " is not writable by this process; change that or name another",
          null);
    }
  }

  private static void requireSqlite() {
    try {
      Class.forName("org.sqlite.JDBC");
    } catch (ClassNotFoundException e) {
      throw new StorageException(
          NAME,
          "A local warehouse needs org.xerial:sqlite-jdbc on the class path; add it, or hand in a"
              + " catalog of your own",
          e);
    }
  }
}
