package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.files.Manifest.PartFile;
import io.ringhaul.internal.files.SourceSearch.Found;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the files of a source, and the manifest that describes them. */
final class SourceSearch {

  private final SourceLocation location;
  private final InputFormat format;

  SourceSearch(SourceLocation location, InputFormat format) {
    this.location = location;
    this.format = format;
  }

  /**
   * What was found.
   *
   * @param files in the order of their names
   * @param manifest the manifest that describes them; that of the first folder if they lie in
   *     several, whose manifests then say the same of their columns
   * @param checksums the SHA-256 checksums that manifests list, by the files' paths
   */
  record Found(List<SourceFile> files, Optional<Manifest> manifest, Map<Path, String> checksums) {

    /** The CQL schema that the export has kept; empty if another tool wrote the files. */
    Optional<TableSchema> schema(InputFormat format) throws IOException {
      return manifest.isPresent() ? manifest.map(Manifest::schema) : format.schema(files);
    }
  }

  /**
   * Looks.
   *
   * @throws StorageException if there is nothing, or not what a manifest says
   */
  Found run() throws IOException {
    if (location.files().isPresent()) {
      return files(location.files().get());
    }
    Path path = Path.of(location.text()).toAbsolutePath();
    if (Files.isDirectory(path)) {
      return folder(path);
    }
    if (Files.exists(path)) {
      return files(List.of(path));
    }
    if (location.mayBeGlob() && Globs.isGlob(location.text())) {
      List<Path> matches = Globs.files(location.text());
      if (matches.isEmpty()) {
        throw error("No file matches " + location.text());
      }
      return files(matches);
    }
    Optional<Path> aside = TargetState.aside(DurableFiles.linkTarget(path));
    if (aside.isPresent()) {
      throw error(
          String.format(
              "%s does not exist: an export that was to overwrite it was cut off. What it held is"
                  + " in %s; export again, or rename that folder",
              path, aside.get()));
    }
    throw error(path + " does not exist");
  }

  private Found folder(Path folder) throws IOException {
    Optional<Manifest> manifest = Manifest.find(folder);
    if (manifest.isPresent()) {
      List<Path> listed =
          manifest.get().files().stream().map(file -> folder.resolve(file.name())).toList();
      return described(folder, manifest.get(), listed);
    }
    List<Path> matching = matching(folder);
    if (matching.isEmpty()) {
      throw error(
          String.format(
              "The folder %s holds neither a %s nor files that end in .%s; name its files with a"
                  + " glob if they are called otherwise",
              folder, Manifest.NAME, String.join(" or .", new TreeSet<>(format.extensions()))));
    }
    return undescribed(matching);
  }

  /** The files of a folder without manifest, in the order of their names. */
  List<Path> matching(Path folder) throws IOException {
    TreeSet<Path> matching = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (isData(entry) && hasExtension(entry)) {
          matching.add(entry);
        }
      }
    }
    return List.copyOf(matching);
  }

  /** Files that were named one by one: each folder's manifest counts for its files. */
  private Found files(List<Path> paths) throws IOException {
    Map<Path, List<Path>> folders = new LinkedHashMap<>();
    for (Path path : paths) {
      folders.computeIfAbsent(DurableFiles.parent(path), folder -> new ArrayList<>()).add(path);
    }
    DescribedFolders found = new DescribedFolders(location.text());
    for (Map.Entry<Path, List<Path>> each : folders.entrySet()) {
      Path folder = each.getKey();
      Optional<Manifest> manifest = Manifest.find(folder);
      found.add(
          folder,
          manifest.isPresent()
              ? described(folder, manifest.get(), each.getValue())
              : undescribed(each.getValue()));
    }
    return found.all();
  }

  private Found described(Path folder, Manifest manifest, List<Path> paths) throws IOException {
    if (!manifest.format().equals(format.name())) {
      throw error(
          String.format(
              "The folder %s holds %s, not %s", folder, manifest.format(), format.name()));
    }
    Compression compression =
        format.compressesItself()
            ? Compression.NONE
            : location.compression().orElse(manifest.compression());
    Map<String, PartFile> known = byName(manifest);
    List<SourceFile> files = new ArrayList<>();
    Map<Path, String> checksums = new HashMap<>();
    for (Path path : paths) {
      PartFile listed = known.get(name(path));
      if (listed == null) {
        throw error(
            String.format(
                "The file %s is not in the list of the manifest beside it, so it is no part of that"
                    + " export; move it to another folder to import it",
                path));
      }
      if (!Files.exists(path)) {
        throw error(
            String.format(
                "The file %s is missing, and the manifest beside it lists it: the export is not"
                    + " complete",
                path));
      }
      long size = Files.size(path);
      if (size != listed.bytes()) {
        throw error(
            String.format(
                "The file %s has %d bytes, and the manifest beside it says %d: the file is damaged"
                    + " or not the one that was exported",
                path, size, listed.bytes()));
      }
      files.add(SourceFile.whole(path, compression, size));
      checksums.put(path, listed.sha256());
    }
    return new Found(files, Optional.of(manifest), checksums);
  }

  private Found undescribed(List<Path> paths) throws IOException {
    List<SourceFile> files = new ArrayList<>();
    for (Path path : paths) {
      Compression compression =
          format.compressesItself()
              ? Compression.NONE
              : location.compression().orElseGet(() -> Compressions.of(name(path)));
      files.add(SourceFile.whole(path, compression, Files.size(path)));
    }
    return new Found(files, Optional.empty(), Map.of());
  }

  private boolean hasExtension(Path path) {
    String name = name(path).toLowerCase(Locale.ROOT);
    String plain = format.compressesItself() ? name : Compressions.plainName(name);
    return format.extensions().stream().anyMatch(extension -> plain.endsWith("." + extension));
  }

  /** Whether it is a file that holds rows: not hidden, not one of those that tools leave beside. */
  static boolean isData(Path path) {
    String name = name(path);
    return !name.startsWith(".")
        && !name.startsWith("_")
        && !name.equals(Manifest.OLD_NAME)
        && Files.isRegularFile(path);
  }

  private static Map<String, PartFile> byName(Manifest manifest) {
    Map<String, PartFile> files = new LinkedHashMap<>();
    manifest.files().forEach(file -> files.put(file.name(), file));
    return files;
  }

  static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private StorageException error(String message) {
    return new StorageException(location.text(), message, null);
  }

  /**
   * Joins what was found in several folders into one source, if all of it can be read in one way:
   * the manifests must say the same of the columns and of the form of the files.
   */
  private static final class DescribedFolders {

    private final String location;
    private final List<SourceFile> files = new ArrayList<>();
    private final Map<Path, String> checksums = new HashMap<>();
    private Optional<Manifest> manifest = Optional.empty();
    private @Nullable Path first;

    DescribedFolders(String location) {
      this.location = location;
    }

    /**
     * Adds a folder.
     *
     * @throws StorageException if it cannot be read together with those before
     */
    void add(Path folder, Found found) {
      Path before = first;
      if (before == null) {
        first = folder;
        manifest = found.manifest();
      } else {
        requireSameForm(before, folder, found.manifest());
      }
      files.addAll(found.files());
      checksums.putAll(found.checksums());
    }

    Found all() {
      return new Found(List.copyOf(files), manifest, Map.copyOf(checksums));
    }

    private void requireSameForm(Path before, Path folder, Optional<Manifest> other) {
      if (manifest.isPresent() != other.isPresent()) {
        throw error(
            String.format(
                "has a manifest, and %s has none", manifest.isPresent() ? folder : before),
            manifest.isPresent() ? before : folder);
      }
      if (manifest.isPresent() && other.isPresent()) {
        Manifest there = manifest.get();
        Manifest here = other.get();
        if (!there.properties().equals(here.properties())) {
          throw error(
              String.format(
                  "was exported with the settings %s, and %s with %s",
                  there.properties(), folder, here.properties()),
              before);
        }
        if (!sameColumns(there.schema(), here.schema())) {
          throw error("has other columns or types than " + folder, before);
        }
      }
    }

    /** Which table they come from does not matter. */
    private static boolean sameColumns(TableSchema one, TableSchema other) {
      return one.primaryKey().equals(other.primaryKey())
          && one.columns().equals(other.columns())
          && one.userTypes().equals(other.userTypes());
    }

    private StorageException error(String difference, Path folder) {
      return new StorageException(
          location,
          String.format(
              "%s names files that cannot be read in one way: the folder %s %s; import each folder"
                  + " on its own",
              location, folder, difference),
          null);
    }
  }
}
