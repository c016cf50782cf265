package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the data files that an export has left, finished or not: all under the table's location
 * that have its id in their names, but for those that are kept and those that any snapshot of the
 * table has. When it is not certain what the table has, nothing is removed.
 *
 * <p>Metadata that a commit had written when it was killed stays: it cannot be told from that of
 * another's commit which is under way. It takes some kilobytes, no reader sees it, and Iceberg's
 * own removal of orphan files knows it by its age.
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
   * Cleans.
   *
   * @param kept the names of the files that stay
   * @return how many files were removed
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
          "{} data files of export {} are left in {}: the table {} is not in the catalog, and they"
              + " may be those of a table that was renamed",
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
        "The storage of {} cannot list files: of export {} only those are removed that this"
            + " process has written",
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

  /** The commit leaves metadata that says so, wherever the catalog has the table now. */
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
        // It is gone already, which is what was wanted.
      } catch (RuntimeException e) {
        LOG.warn("{} is in no snapshot and could not be deleted", location, e);
        left.add(location);
      }
    }
    if (!left.isEmpty()) {
      throw new StorageException(
          layout.table(),
          String.format(
              "%d data files of the export %s are in no table and could not be deleted, such as %s",
              left.size(), layout.jobId(), left.get(0)),
          null);
    }
    return removed;
  }
}
