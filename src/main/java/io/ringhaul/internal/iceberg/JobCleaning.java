package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the data files that an export has left, complete or not: all files under the table's
 * location with its id in their names, except kept files and files in any snapshot of the table.
 * Nothing is removed if the table's files cannot be determined.
 *
 * <p>Metadata files of a killed commit stay, because they cannot be distinguished from those of
 * another running commit. They have a few kilobytes, readers do not see them, and Iceberg's removal
 * of orphan files deletes them by age.
 */
final class JobCleaning {

  private static final Logger LOG = LoggerFactory.getLogger(JobCleaning.class);

  private final Catalog catalog;
  private final WriteLayout layout;
  private final FileIO io;
  private final WrittenFiles written;
  private final TableIdentifier identifier;
  private final JobListing listing;

  JobCleaning(Catalog catalog, WriteLayout layout, FileIO io, WrittenFiles written) {
    this.catalog = catalog;
    this.layout = layout;
    this.io = io;
    this.written = written;
    this.identifier = TableIdentifier.parse(layout.table());
    this.listing = new JobListing(layout, io);
  }

  /**
   * Removes the files.
   *
   * @param kept the names of the files that stay
   * @return the number of removed files
   */
  int run(Set<String> kept) {
    Optional<List<String>> listed = listing.dataFiles();
    Optional<Table> table =
        catalog.tableExists(identifier)
            ? Optional.of(catalog.loadTable(identifier))
            : Optional.empty();
    List<String> useless =
        listed.orElseGet(this::known).stream()
            .filter(location -> !kept.contains(DataFileName.of(location)))
            .toList();
    int removed = 0;
    if (table.isPresent()) {
      removed = delete(without(table.get(), useless));
    } else if (!useless.isEmpty() && mayBeAnothers(listed.isPresent())) {
      LOG.warn(
          "{} data files of export {} are not removed from {}: the table {} is not in the catalog,"
              + " and the files may belong to a table that was renamed",
          useless.size(),
          layout.jobId(),
          layout.location(),
          layout.table());
      return 0;
    } else {
      removed = delete(useless);
    }
    if (io instanceof LocalFileIO) {
      EmptyFolders.prune(layout, useless, table.isEmpty());
    }
    return removed;
  }

  private List<String> known() {
    LOG.warn(
        "The storage of {} cannot list files: only the files of export {} that this process has"
            + " written are removed",
        layout.location(),
        layout.jobId());
    return written.of(layout.jobId());
  }

  private List<String> without(Table table, List<String> useless) {
    Set<String> names = useless.stream().map(DataFileName::of).collect(Collectors.toSet());
    Set<String> inTable = TableFiles.inAny(table, layout.origin().sequenceNumber(), names);
    return useless.stream()
        .filter(location -> !inTable.contains(DataFileName.of(location)))
        .toList();
  }

  /**
   * Returns whether the files may belong to a renamed table. After a commit, metadata files under
   * the original location refer to the export.
   */
  private boolean mayBeAnothers(boolean canList) {
    return canList ? listing.isInMetadata() : written.mayBeCommitted();
  }

  private int delete(List<String> locations) {
    List<String> left = new ArrayList<>();
    int removed = 0;
    for (String location : locations) {
      try {
        io.deleteFile(location);
        removed++;
      } catch (NotFoundException e) {
        // The file was already deleted.
      } catch (RuntimeException e) {
        LOG.warn("{} is in no snapshot, but could not be deleted", location, e);
        left.add(location);
      }
    }
    if (!left.isEmpty()) {
      throw new StorageException(
          layout.table(),
          String.format(
              "%d data files of the export %s are in no table, but could not be deleted, such as"
                  + " %s",
              left.size(), layout.jobId(), left.get(0)),
          null);
    }
    return removed;
  }

  /** Lists the files of an export in a table's storage. */
  private static final class JobListing {

    private static final String METADATA = ".metadata.json";

    /**
     * The table properties that set the location of data files, including Iceberg's deprecated
     * ones.
     */
    private static final List<String> DATA_LOCATIONS =
        List.of(
            TableProperties.WRITE_DATA_LOCATION,
            "write.object-storage.path",
            "write.folder-storage.path");

    /** Allowed clock difference: metadata older than the plan by more than this is not read. */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofDays(1);

    private final WriteLayout layout;
    private final FileIO io;

    JobListing(WriteLayout layout, FileIO io) {
      this.layout = layout;
      this.io = io;
    }

    /** Returns the locations of the export's data files; empty if the storage cannot list files. */
    Optional<List<String>> dataFiles() {
      return dataRoot()
          .flatMap(
              root ->
                  list(
                      root,
                      file -> DataFileName.isOf(layout.jobId(), DataFileName.of(file.location()))));
    }

    /** Returns whether a metadata file, committed or not, contains a snapshot of the export. */
    boolean isInMetadata() {
      String root =
          path(TableProperties.WRITE_METADATA_LOCATION).orElse(layout.location() + "/metadata");
      long since = layout.origin().created().minus(CLOCK_DIFFERENCE).toEpochMilli();
      Optional<List<String>> found =
          list(root, file -> file.location().endsWith(METADATA) && file.createdAtMillis() >= since);
      return found.isEmpty() || found.get().stream().anyMatch(this::hasJob);
    }

    private boolean hasJob(String location) {
      TableMetadata metadata = TableMetadataParser.read(io, location);
      return metadata.snapshots().stream()
          .anyMatch(
              snapshot ->
                  layout.jobId().toString().equals(snapshot.summary().get(JobCommit.JOB_ID)));
    }

    /**
     * Returns the folder that contains all data files; empty if a custom location provider puts
     * them elsewhere.
     */
    private Optional<String> dataRoot() {
      String example = layout.locations().newDataLocation("x");
      return Stream.concat(
              DATA_LOCATIONS.stream().flatMap(property -> path(property).stream()),
              Stream.of(layout.location() + "/data"))
          .filter(root -> example.startsWith(root + "/"))
          .findFirst();
    }

    private Optional<String> path(String property) {
      return Optional.ofNullable(layout.properties().get(property))
          .map(path -> path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }

    private Optional<List<String>> list(String root, Predicate<FileInfo> wanted) {
      if (!(io instanceof SupportsPrefixOperations listing)) {
        return Optional.empty();
      }
      List<String> found = new ArrayList<>();
      try {
        for (FileInfo file : listing.listPrefix(root + "/")) {
          if (wanted.test(file)) {
            found.add(file.location());
          }
        }
      } catch (UnsupportedOperationException e) {
        return Optional.empty();
      } catch (RuntimeException e) {
        if (!isMissing(e)) {
          throw e;
        }
      }
      return Optional.of(found);
    }

    private static boolean isMissing(RuntimeException failure) {
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof NotFoundException || cause instanceof FileNotFoundException) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * Removes the empty local folders that an export's files were in. A writer recreates a folder
   * that was removed before its first file.
   */
  private static final class EmptyFolders {

    private static final Logger LOG = LoggerFactory.getLogger(EmptyFolders.class);

    private EmptyFolders() {}

    /**
     * Removes the empty folders of the removed files, below the table's folder. If the table was
     * never created, its folder is removed too.
     */
    static void prune(WriteLayout layout, List<String> removed, boolean isNeverMade) {
      Path table = LocalFileIO.path(layout.location());
      TreeSet<Path> folders =
          new TreeSet<>(
              Comparator.comparingInt(Path::getNameCount).reversed().thenComparing(p -> p));
      for (String location : removed) {
        Path folder = LocalFileIO.path(location).getParent();
        while (folder != null && folder.startsWith(table) && !folder.equals(table)) {
          folders.add(folder);
          folder = folder.getParent();
        }
      }
      try {
        if (isNeverMade && Files.isDirectory(table)) {
          try (Stream<Path> all = Files.walk(table)) {
            all.filter(Files::isDirectory).forEach(folders::add);
          }
        }
        for (Path folder : folders) {
          delete(folder);
        }
      } catch (IOException | UncheckedIOException e) {
        LOG.warn("Empty folders of {} may not have been removed: {}", table, e.toString());
      }
    }

    private static void delete(Path folder) throws IOException {
      try {
        Files.delete(folder);
      } catch (DirectoryNotEmptyException | NoSuchFileException e) {
        // The folder is in use or already deleted.
      }
    }
  }
}
