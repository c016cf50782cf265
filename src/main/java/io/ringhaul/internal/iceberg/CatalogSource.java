package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.LocalPaths;
import io.ringhaul.internal.disk.StorageTrouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.jdbc.JdbcClientPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the catalog of a source or target and defines whether closing the session closes it. */
@FunctionalInterface
public interface CatalogSource {

  /** An open catalog. */
  interface Handle extends AutoCloseable {
    Catalog catalog();

    /**
     * Checks that the catalog is still the one that was opened.
     *
     * @throws StorageException if the catalog was removed or replaced
     */
    default void requireTheSame() {}

    /** Closes the catalog, unless the caller owns it. */
    @Override
    void close();
  }

  /** Opens the catalog, or returns the caller's. */
  Handle open();

  /** Returns this source with a name for messages. */
  default CatalogSource named(String name) {
    CatalogSource unnamed = this;
    return new CatalogSource() {
      @Override
      public Handle open() {
        return unnamed.open();
      }

      @Override
      public String toString() {
        return name;
      }
    };
  }

  /** Returns the folder of a local warehouse; empty for other catalogs. */
  default Optional<Path> folder() {
    return Optional.empty();
  }

  /** Returns a source for the caller's own catalog. */
  static CatalogSource of(Catalog catalog) {
    CatalogSource source =
        () ->
            new Handle() {
              @Override
              public Catalog catalog() {
                return catalog;
              }

              @Override
              public void close() {
                // The caller closes its own catalog.
              }
            };
    return source.named("catalog " + catalog.name());
  }

  /** Returns the catalog of a local warehouse. Opening it creates a missing warehouse. */
  static CatalogSource warehouse(Path folder) {
    LocalPaths.require("warehouse", folder);
    return new CatalogSource() {
      @Override
      public Handle open() {
        return LocalWarehouse.open(folder);
      }

      @Override
      public Optional<Path> folder() {
        return Optional.of(folder);
      }

      @Override
      public String toString() {
        return folder.toAbsolutePath().normalize().toString();
      }
    };
  }

  /**
   * Returns the catalog of a local warehouse for reading. Opening it fails if the warehouse does
   * not exist, and does not change the file. If all tables of the file are in a catalog of another
   * name, as those of other programs are, that catalog is opened.
   */
  static CatalogSource existingWarehouse(Path folder) {
    LocalPaths.require("warehouse", folder);
    CatalogSource source =
        () -> {
          if (!Files.isRegularFile(folder.resolve(LocalWarehouse.CATALOG_FILE))) {
            throw new StorageException(
                folder.toString(),
                "There is no Iceberg warehouse in "
                    + folder
                    + ": it has no "
                    + LocalWarehouse.CATALOG_FILE,
                null);
          }
          return LocalWarehouse.openForReading(folder);
        };
    return source.named(folder.toAbsolutePath().normalize().toString());
  }

  /**
   * A folder with Iceberg tables and Iceberg's JDBC catalog on a SQLite file. Unlike a file-based
   * catalog, SQLite loses no commit when several processes write concurrently.
   */
  static final class LocalWarehouse implements CatalogSource.Handle {

    static final String CATALOG_FILE = "catalog.db";

    private static final Logger LOG = LoggerFactory.getLogger(LocalWarehouse.class);
    private static final String NAME = "ringhaul";
    private static final String BUSY_TIMEOUT_MILLIS = "60000";
    private static final int ATTEMPTS = 10;
    private static final long PAUSE_MILLIS = 20;

    /** SQLITE_ERROR, SQLITE_BUSY and SQLITE_LOCKED. */
    private static final Set<Integer> PASSING_CODES = Set.of(1, 5, 6);

    private final JdbcCatalog catalog;
    private final Path file;
    private final Optional<Object> fileKey;

    private LocalWarehouse(JdbcCatalog catalog, Path file) {
      this.catalog = catalog;
      this.file = file;
      this.fileKey = fileKey(file);
    }

    /**
     * Opens the warehouse and creates it if it does not exist.
     *
     * @throws StorageException if the folder or its catalog cannot be used
     */
    static LocalWarehouse open(Path folder) {
      requireSqlite();
      Path absolute = folder.toAbsolutePath().normalize();
      requireWritable(absolute);
      return open(
          absolute,
          NAME,
          Map.of(
              "jdbc.schema-version", "V1", "jdbc.journal_mode", "WAL", "jdbc.synchronous", "FULL"));
    }

    /**
     * Opens an existing warehouse without a change of its file.
     *
     * @throws StorageException if the catalog cannot be used, or if several catalogs of other names
     *     have tables in it
     */
    static LocalWarehouse openForReading(Path folder) {
      requireSqlite();
      Path absolute = folder.toAbsolutePath().normalize();
      Path file = absolute.resolve(CATALOG_FILE);
      Set<String> names = names(file);
      if (names.size() > 1 && !names.contains(NAME)) {
        throw new StorageException(
            folder.toString(),
            String.format(
                "The file %s has tables of the catalogs %s and none of the catalog %s: open one of"
                    + " them in Java and read it with IcebergSource.catalog(...)",
                file, String.join(", ", names), NAME),
            null);
      }
      return open(
          absolute,
          names.isEmpty() || names.contains(NAME) ? NAME : names.iterator().next(),
          Map.of());
    }

    /** Returns the names of the catalogs that have tables in the file. */
    private static Set<String> names(Path file) {
      Set<String> names = new TreeSet<>();
      try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
          Statement statement = connection.createStatement();
          ResultSet found =
              statement.executeQuery("SELECT DISTINCT catalog_name FROM iceberg_tables")) {
        while (found.next()) {
          names.add(found.getString(1));
        }
      } catch (SQLException e) {
        // Opening the catalog tells what is wrong with the file.
        LOG.debug("The catalog names in {} cannot be read", file, e);
      }
      return names;
    }

    private static LocalWarehouse open(Path absolute, String name, Map<String, String> additional) {
      Map<String, String> properties = new HashMap<>(additional);
      properties.put(CatalogProperties.URI, "jdbc:sqlite:" + absolute.resolve(CATALOG_FILE));
      properties.put(CatalogProperties.WAREHOUSE_LOCATION, LocalFileIO.location(absolute));
      properties.put(CatalogProperties.FILE_IO_IMPL, LocalFileIO.class.getName());
      // SQLite allows one writer at a time, so more connections would only wait.
      properties.put(CatalogProperties.CLIENT_POOL_SIZE, "1");
      properties.put("jdbc.busy_timeout", BUSY_TIMEOUT_MILLIS);
      for (int attempt = 1; ; attempt++) {
        JdbcCatalog catalog = new CheckedCatalog();
        try {
          catalog.initialize(name, properties);
          return new LocalWarehouse(catalog, absolute.resolve(CATALOG_FILE));
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
     * Returns whether another process may be creating the same catalog. Iceberg creates missing
     * tables after a check; the second process to do so gets an SQL error or fails on SQLite's
     * lock.
     */
    private static boolean mayBeMadeByOthers(RuntimeException failure) {
      return Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
          .anyMatch(
              cause ->
                  cause instanceof SQLException sql && PASSING_CODES.contains(sql.getErrorCode()));
    }

    /**
     * Checks a table's metadata file before Iceberg reads it. Iceberg itself retries an unreadable
     * file for 90 seconds and logs each failure with its stack trace.
     */
    private static final class CheckedCatalog extends JdbcCatalog {

      private static final String LOCATION =
          "SELECT metadata_location FROM iceberg_tables"
              + " WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?";

      private final AtomicReference<JdbcClientPool> connections;

      /**
       * Locations of metadata files that are readable. Metadata files never change, so one check is
       * enough.
       */
      private final Set<String> sound = ConcurrentHashMap.newKeySet();

      CheckedCatalog() {
        this(new AtomicReference<>());
      }

      private CheckedCatalog(AtomicReference<JdbcClientPool> connections) {
        super(
            properties ->
                CatalogUtil.loadFileIO(
                    properties.get(CatalogProperties.FILE_IO_IMPL), properties, null),
            properties -> {
              JdbcClientPool pool =
                  new JdbcClientPool(properties.get(CatalogProperties.URI), properties);
              connections.set(pool);
              return pool;
            },
            true);
        this.connections = connections;
      }

      @Override
      protected TableOperations newTableOps(TableIdentifier table) {
        String location = location(table);
        while (location != null && !sound.contains(location)) {
          Optional<String> problem = problem(location);
          String now = problem.isEmpty() ? location : location(table);
          if (problem.isPresent() && location.equals(now)) {
            throw new StorageException(
                table.toString(),
                String.format(
                    "The Iceberg table %s cannot be read: its catalog refers to the metadata file"
                        + " \"%s\", which %s. Restore the file, or correct metadata_location in"
                        + " table iceberg_tables of the catalog",
                    table, location, problem.get()),
                null);
          }
          if (problem.isEmpty()) {
            sound.add(location);
          }
          // A concurrent commit changed the location and may have removed the previous file.
          location = now;
        }
        return super.newTableOps(table);
      }

      private @Nullable String location(TableIdentifier table) {
        try {
          return Objects.requireNonNull(connections.get())
              .run(connection -> location(connection, name(), table));
        } catch (SQLException e) {
          throw new StorageException(
              table.toString(),
              "The Iceberg table "
                  + table
                  + " cannot be looked up in its catalog: "
                  + e.getMessage(),
              e);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new StorageException(
              table.toString(), "Looking up the Iceberg table " + table + " was interrupted", e);
        }
      }

      private static @Nullable String location(
          Connection connection, String catalog, TableIdentifier table) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(LOCATION)) {
          query.setString(1, catalog);
          query.setString(2, String.join(".", table.namespace().levels()));
          query.setString(3, table.name());
          try (ResultSet found = query.executeQuery()) {
            return found.next() ? Objects.requireNonNullElse(found.getString(1), "") : null;
          }
        }
      }

      /** Returns why Iceberg cannot read the file; empty if it can. */
      private static Optional<String> problem(String location) {
        if (!LocalFileIO.isLocal(location)) {
          return Optional.of("is not a path on this machine");
        }
        try {
          if (!Files.isRegularFile(LocalFileIO.path(location))) {
            return Optional.of("does not exist");
          }
          TableMetadataParser.read(new LocalFileIO().newInputFile(location));
          return Optional.empty();
        } catch (RuntimeException e) {
          return Optional.of("contains no table metadata (" + e.getMessage() + ")");
        }
      }
    }

    @Override
    public Catalog catalog() {
      return catalog;
    }

    /**
     * SQLite keeps writing to its open file after the file was deleted, so commits would be lost.
     */
    @Override
    public void requireTheSame() {
      if (!Files.exists(file) || !fileKey(file).equals(fileKey)) {
        throw new StorageException(
            file.toString(),
            "The Iceberg catalog "
                + file
                + " was removed or replaced after it was opened: commits to it would be lost. Make"
                + " sure that no other program changes the warehouse folder, then run the export"
                + " again or resume its job",
            null);
      }
    }

    /**
     * Returns the key that identifies a file independently of its path; empty if the file system
     * has none.
     */
    private static Optional<Object> fileKey(Path file) {
      try {
        return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
      } catch (IOException e) {
        return Optional.empty();
      }
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
            "The warehouse folder " + folder + " cannot be created: " + StorageTrouble.of(e),
            e);
      }
      if (!Files.isWritable(folder)) {
        throw new StorageException(
            folder.toString(),
            "The warehouse folder "
                + folder
                + " is not writable by this process; change its permissions or use another folder",
            null);
      }
    }

    private static void requireSqlite() {
      try {
        Class.forName("org.sqlite.JDBC");
      } catch (ClassNotFoundException e) {
        throw new StorageException(
            NAME,
            "A local warehouse needs org.xerial:sqlite-jdbc on the class path; add it, or pass your"
                + " own catalog",
            e);
      }
    }
  }
}
