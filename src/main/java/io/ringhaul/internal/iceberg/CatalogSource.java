package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.LocalPaths;
import io.ringhaul.internal.disk.StorageTrouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
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

/** Where a catalog comes from, and who closes it. */
@FunctionalInterface
public interface CatalogSource {

  /** A catalog in use. */
  interface Handle extends AutoCloseable {
    Catalog catalog();

    /**
     * Checks that the catalog is still the one that was opened.
     *
     * @throws StorageException if it is gone, or another is in its place
     */
    default void requireTheSame() {}

    /** Closes the catalog if it is ours. */
    @Override
    void close();
  }

  /** Opens the catalog, or hands on the caller's. */
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

  /** The folder of a warehouse on this machine; empty for a catalog elsewhere. */
  default Optional<Path> folder() {
    return Optional.empty();
  }

  /** The caller's own catalog. */
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
                // The caller opened it and closes it.
              }
            };
    return source.named("catalog " + catalog.name());
  }

  /** The catalog of a local warehouse, made if it is not there. */
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

  /** The catalog of a local warehouse that must be there: reading makes no empty one. */
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
          return LocalWarehouse.open(folder);
        };
    return source.named(folder.toAbsolutePath().normalize().toString());
  }

  /**
   * A folder with Iceberg tables and, as their catalog, Iceberg's JDBC catalog on a SQLite file.
   * Unlike a catalog of plain files, SQLite loses no commit when several processes write at once.
   */
  static final class LocalWarehouse implements CatalogSource.Handle {

    static final String CATALOG_FILE = "catalog.db";

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
        JdbcCatalog catalog = new CheckedCatalog();
        try {
          catalog.initialize(NAME, properties);
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
     * Whether others may be making the same catalog: Iceberg looks what is missing and then makes
     * it, which fails with an error of SQL, or on SQLite's lock, for whoever comes second.
     */
    private static boolean mayBeMadeByOthers(RuntimeException failure) {
      return Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
          .anyMatch(
              cause ->
                  cause instanceof SQLException sql && PASSING_CODES.contains(sql.getErrorCode()));
    }

    /**
     * Looks at a table's metadata file before Iceberg does, which tries one that it cannot read for
     * a minute and a half and logs each failure with its stack trace.
     */
    private static final class CheckedCatalog extends JdbcCatalog {

      private static final String LOCATION =
          "SELECT metadata_location FROM iceberg_tables"
              + " WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?";

      private final AtomicReference<JdbcClientPool> connections;

      /** Metadata files never change, so that one look is enough. */
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
                    "The Iceberg table %s cannot be read: its catalog names the metadata file"
                        + " \"%s\", which %s. Restore the file, or correct metadata_location in"
                        + " table iceberg_tables of the catalog",
                    table, location, problem.get()),
                null);
          }
          if (problem.isEmpty()) {
            sound.add(location);
          }
          // Somebody has committed meanwhile, and may have removed the file of before.
          location = now;
        }
        return super.newTableOps(table);
      }

      private @Nullable String location(TableIdentifier table) {
        try {
          return Objects.requireNonNull(connections.get())
              .run(connection -> location(connection, table));
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

      private static @Nullable String location(Connection connection, TableIdentifier table)
          throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(LOCATION)) {
          query.setString(1, NAME);
          query.setString(2, String.join(".", table.namespace().levels()));
          query.setString(3, table.name());
          try (ResultSet found = query.executeQuery()) {
            return found.next() ? Objects.requireNonNullElse(found.getString(1), "") : null;
          }
        }
      }

      /** What is wrong with the file; empty if Iceberg can read it. */
      private static Optional<String> problem(String location) {
        if (!LocalFileIO.isLocal(location)) {
          return Optional.of("is no path of this machine");
        }
        try {
          if (!Files.isRegularFile(LocalFileIO.path(location))) {
            return Optional.of("does not exist");
          }
          TableMetadataParser.read(new LocalFileIO().newInputFile(location));
          return Optional.empty();
        } catch (RuntimeException e) {
          return Optional.of("holds no metadata of a table (" + e.getMessage() + ")");
        }
      }
    }

    @Override
    public Catalog catalog() {
      return catalog;
    }

    /** SQLite writes on to a file that was deleted, where nobody finds it. */
    @Override
    public void requireTheSame() {
      if (!Files.exists(file) || !fileKey(file).equals(fileKey)) {
        throw new StorageException(
            file.toString(),
            "The Iceberg catalog "
                + file
                + " was removed or replaced after it was opened: what is written to it now would be"
                + " lost. See that nothing else touches the warehouse folder, and run the export"
                + " again or resume its job",
            null);
      }
    }

    /** What tells a file from another at the same path; empty where the file system has no such. */
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
}
