package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.LocalPaths;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.iceberg.catalog.Catalog;

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
}
