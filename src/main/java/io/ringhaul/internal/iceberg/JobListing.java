package io.ringhaul.internal.iceberg;

import java.io.FileNotFoundException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Finds what an export has left in a table's storage. */
final class JobListing {

  private static final String METADATA = ".metadata.json";

  /** The properties that move a table's data, Iceberg's older ones too. */
  private static final List<String> DATA_LOCATIONS =
      List.of(
          TableProperties.WRITE_DATA_LOCATION,
          "write.object-storage.path",
          "write.folder-storage.path");

  /** Metadata that is so much older than the plan is not read; clocks may differ. */
  private static final Duration CLOCK_DIFFERENCE = Duration.ofDays(1);

  private final WriteLayout layout;
  private final FileIO io;

  JobListing(WriteLayout layout, FileIO io) {
    this.layout = layout;
    this.io = io;
  }

  /** The locations of the export's data files; empty if the storage cannot tell. */
  Optional<List<String>> dataFiles() {
    return dataRoot()
        .flatMap(
            root ->
                list(
                    root,
                    file -> DataFileName.isOf(layout.jobId(), DataFileName.of(file.location()))));
  }

  /** Whether metadata of a table, committed or not, has a snapshot of the export. */
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
            snapshot -> layout.jobId().toString().equals(snapshot.summary().get(JobCommit.JOB_ID)));
  }

  /** The folder that all data files are under; empty if a layout of its own puts them elsewhere. */
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
