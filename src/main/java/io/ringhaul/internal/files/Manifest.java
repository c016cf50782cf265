package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import io.ringhaul.internal.storage.FileStore;
import io.ringhaul.internal.storage.LocalFiles;
import io.ringhaul.internal.storage.Locations;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TokenRangeSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The content of a folder of part files. It is stored beside them as {@code _manifest.json}; other
 * tools that read folders skip names with an underscore. A file that the manifest does not list
 * does not belong to the export.
 *
 * @param format the format's name, such as {@code csv}
 * @param properties the format's own properties, which reading the files needs
 * @param schema the columns of the files, in their order, with their exact CQL types
 * @param jobs the exports that wrote the files, in the order of their commits
 * @param replaced the exports whose files an overwrite in an object store deletes after it has
 *     written this manifest; a later commit deletes them if that was interrupted
 */
public record Manifest(
    String format,
    Map<String, String> properties,
    Compression compression,
    TableSchema schema,
    List<Job> jobs,
    List<PartFile> files,
    List<UUID> replaced) {

  private static final Logger LOG = LoggerFactory.getLogger(Manifest.class);

  /** The manifest's name in its folder. */
  public static final String NAME = "_manifest.json";

  /** The manifest's name in earlier versions; it is still read, but not written. */
  static final String OLD_NAME = Locations.EARLIER_MANIFEST;

  /**
   * One export into the folder.
   *
   * @param id the job's id
   * @param tool the name and version of the program that wrote the files
   * @param created when the export was planned
   * @param rows how many rows the export added
   * @param coverage the part of the token space that the export covers
   * @param restrictions settings that left rows out, by name; empty if all rows were exported
   */
  public record Job(
      UUID id,
      String tool,
      Instant created,
      long rows,
      TokenRangeSet coverage,
      Map<String, String> restrictions) {

    public Job {
      restrictions = Map.copyOf(restrictions);
    }
  }

  /**
   * One part file.
   *
   * @param name the file's name in the folder
   * @param sha256 the SHA-256 checksum of the file's bytes, in lower-case hexadecimal digits
   * @param version the entity tag that the object had when it was written, so that an object that
   *     still has it needs no other check; empty for a local file, and for a store without such
   *     tags
   */
  public record PartFile(String name, long rows, long bytes, String sha256, String version) {

    PartFile(String name, long rows, long bytes, String sha256) {
      this(name, rows, bytes, sha256, "");
    }
  }

  public Manifest {
    properties = Map.copyOf(properties);
    jobs = List.copyOf(jobs);
    files = List.copyOf(files);
    replaced = List.copyOf(replaced);
  }

  /** Creates a manifest that replaces no other export. */
  Manifest(
      String format,
      Map<String, String> properties,
      Compression compression,
      TableSchema schema,
      List<Job> jobs,
      List<PartFile> files) {
    this(format, properties, compression, schema, jobs, files, List.of());
  }

  /**
   * Returns the manifest of a folder; empty if it has none, or if another program wrote the file of
   * that name: JSON without {@code format} and {@code formatVersion}.
   *
   * @throws StorageException if the manifest cannot be read
   */
  public static Optional<Manifest> find(Path folder) {
    return find(LocalFiles.STORE, folder.toString());
  }

  /** Same, for a folder of any store. */
  static Optional<Manifest> find(FileStore store, String folder) {
    return find(store, folder, NAME).or(() -> find(store, folder, OLD_NAME));
  }

  private static Optional<Manifest> find(FileStore store, String folder, String name) {
    String location = Locations.child(folder, name);
    try {
      return parsed(location, store.text(location));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw unreadable(location, e);
    }
  }

  /**
   * Returns the manifest of a text; empty if another program wrote it.
   *
   * @throws StorageException if it cannot be read
   */
  static Optional<Manifest> parsed(String location, String text) {
    try {
      if (!ManifestJson.isManifest(text)) {
        LOG.warn("{} is not the manifest of an export and is ignored", location);
        return Optional.empty();
      }
      return Optional.of(ManifestJson.parse(text));
    } catch (IllegalArgumentException e) {
      throw unreadable(location, e);
    }
  }

  private static StorageException unreadable(String location, Exception e) {
    return new StorageException(
        location, "The manifest " + location + " cannot be read: " + e.getMessage(), e);
  }

  /** Returns whether the folder has a file of the manifest's current or earlier name. */
  static boolean existsIn(Path folder) {
    return Files.exists(folder.resolve(NAME)) || Files.exists(folder.resolve(OLD_NAME));
  }

  /** Returns whether another program wrote the file, which has one of the manifest's names. */
  static boolean isForeign(Path file) throws IOException {
    return !ManifestJson.isManifest(Files.readString(file));
  }

  /**
   * Deletes the manifest of the earlier name if the folder also has one of the current name, which
   * contains everything that the earlier one does.
   */
  static void removeReplaced(Path folder) throws IOException {
    Path old = folder.resolve(OLD_NAME);
    if (find(LocalFiles.STORE, folder.toString(), NAME).isPresent()
        && Files.exists(old)
        && !isForeign(old)) {
      Files.delete(old);
    }
  }

  /** Returns the number of rows in all files. */
  public long rows() {
    return files.stream().mapToLong(PartFile::rows).sum();
  }

  /** Returns the size of all files in bytes. */
  public long bytes() {
    return files.stream().mapToLong(PartFile::bytes).sum();
  }

  /** Returns the part of the token space that all exports together cover. */
  public TokenRangeSet coverage() {
    return jobs.stream().map(Job::coverage).reduce(TokenRangeSet.empty(), TokenRangeSet::union);
  }

  /** Returns whether the folder contains the export with that id. */
  public boolean holds(UUID job) {
    return jobs.stream().anyMatch(each -> each.id().equals(job));
  }

  /** Returns this manifest with another export appended. */
  Manifest with(Job job, List<PartFile> more) {
    List<Job> allJobs = new ArrayList<>(jobs);
    allJobs.add(job);
    List<PartFile> allFiles = new ArrayList<>(files);
    allFiles.addAll(more);
    return new Manifest(format, properties, compression, schema, allJobs, allFiles, replaced);
  }

  /**
   * Returns this manifest with the exports of another that it replaces, and with those that the
   * other replaced: some of their files may not have been deleted.
   */
  Manifest replacing(Manifest other) {
    Set<UUID> all = new LinkedHashSet<>(other.replaced);
    other.jobs.forEach(job -> all.add(job.id()));
    return new Manifest(format, properties, compression, schema, jobs, files, List.copyOf(all));
  }
}
