package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TokenRangeSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a folder of part files holds; it lies beside them as {@code _manifest.json}, a name that
 * other readers of folders pass over. A file that the manifest does not list is no part of the
 * export.
 *
 * @param format the format's name, such as {@code csv}
 * @param properties what reading the files takes, in the format's own texts
 * @param compression how the files are compressed
 * @param schema the columns of the files, in their order, with their exact CQL types
 * @param jobs the exports that wrote the files, in the order of their commits
 * @param files the files
 */
public record Manifest(
    String format,
    Map<String, String> properties,
    Compression compression,
    TableSchema schema,
    List<Job> jobs,
    List<PartFile> files) {

  private static final Logger LOG = LoggerFactory.getLogger(Manifest.class);

  /** The manifest's name in its folder. */
  public static final String NAME = "_manifest.json";

  /** The name that it had before; it is read, and no longer written. */
  static final String OLD_NAME = "manifest.json";

  /**
   * One export into the folder.
   *
   * @param id names it
   * @param tool what wrote it, with its version
   * @param created when it was planned
   * @param rows how many rows it added
   * @param coverage the part of the token space that it covers
   * @param restrictions what left rows out, by the setting's name; empty if nothing did
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
   * One file.
   *
   * @param name its name in the folder
   * @param rows how many rows it has
   * @param bytes its size
   * @param sha256 the SHA-256 checksum of its bytes, in lower-case hexadecimal digits
   */
  public record PartFile(String name, long rows, long bytes, String sha256) {}

  public Manifest {
    properties = Map.copyOf(properties);
    jobs = List.copyOf(jobs);
    files = List.copyOf(files);
  }

  /**
   * The manifest of a folder; empty if it has none, or another program's file of that name: JSON
   * that does not say our format and its version.
   *
   * @throws StorageException if it has one that cannot be read
   */
  public static Optional<Manifest> find(Path folder) {
    return find(folder, NAME).or(() -> find(folder, OLD_NAME));
  }

  private static Optional<Manifest> find(Path folder, String name) {
    Path path = folder.resolve(name);
    try {
      String text = Files.readString(path);
      if (!ManifestJson.isManifest(text)) {
        LOG.warn(
            "{} is another program's, and is passed over: it is no manifest of an export", path);
        return Optional.empty();
      }
      return Optional.of(ManifestJson.parse(text));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      throw new StorageException(
          path.toString(), "The manifest " + path + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Whether the folder has a file of the manifest's name, or of the one that it had before. */
  static boolean existsIn(Path folder) {
    return Files.exists(folder.resolve(NAME)) || Files.exists(folder.resolve(OLD_NAME));
  }

  /** Whether the file, which has one of the two names, is another program's. */
  static boolean isForeign(Path file) throws IOException {
    return !ManifestJson.isManifest(Files.readString(file));
  }

  /**
   * Removes the manifest of the old name from a folder that has one of the new name too: the new
   * one says all that the old one does.
   */
  static void removeReplaced(Path folder) throws IOException {
    Path old = folder.resolve(OLD_NAME);
    if (find(folder, NAME).isPresent() && Files.exists(old) && !isForeign(old)) {
      Files.delete(old);
    }
  }

  /** Rows in all files. */
  public long rows() {
    return files.stream().mapToLong(PartFile::rows).sum();
  }

  /** The size of all files. */
  public long bytes() {
    return files.stream().mapToLong(PartFile::bytes).sum();
  }

  /** The part of the token space that the folder covers. */
  public TokenRangeSet coverage() {
    return jobs.stream().map(Job::coverage).reduce(TokenRangeSet.empty(), TokenRangeSet::union);
  }

  /** Whether the export of that id is in the folder. */
  public boolean holds(UUID job) {
    return jobs.stream().anyMatch(each -> each.id().equals(job));
  }

  /** This manifest with another export after those that it has. */
  Manifest with(Job job, List<PartFile> more) {
    List<Job> allJobs = new ArrayList<>(jobs);
    allJobs.add(job);
    List<PartFile> allFiles = new ArrayList<>(files);
    allFiles.addAll(more);
    return new Manifest(format, properties, compression, schema, allJobs, allFiles);
  }
}
