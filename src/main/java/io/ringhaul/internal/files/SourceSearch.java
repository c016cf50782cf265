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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the files of a source and the manifest that describes them. */
final class SourceSearch {

  private final SourceLocation location;
  private final InputFormat format;

  SourceSearch(SourceLocation location, InputFormat format) {
    this.location = location;
    this.format = format;
  }

  /**
   * The files of a source.
   *
   * @param files in the order of their names
   * @param manifest the manifest of the first folder; the manifests of further folders have the
   *     same settings and columns
   * @param checksums the SHA-256 checksums that manifests list, by file path
   */
  record Found(List<SourceFile> files, Optional<Manifest> manifest, Map<Path, String> checksums) {

    /** Returns the CQL schema that the export stored; empty if another tool wrote the files. */
    Optional<TableSchema> schema(InputFormat format) throws IOException {
      return manifest.isPresent() ? manifest.map(Manifest::schema) : format.schema(files);
    }
  }

  /**
   * Searches.
   *
   * @throws StorageException if no file is found, or if the files differ from their manifest
   */
  Found run() throws IOException {
    if (location.stream().isPresent()) {
      SourceFile stream =
          SourceFile.of(
              location.stream().get()::look, location.compression().orElse(Compression.NONE));
      return new Found(List.of(stream), Optional.empty(), Map.of());
    }
    if (location.files().isPresent()) {
      return files(location.files().get());
    }
    if (location.each().size() > 1) {
      Set<Path> all = new LinkedHashSet<>();
      for (SourceLocation one : location.each()) {
        for (SourceFile file : new SourceSearch(one, format).run().files()) {
          all.add(Globs.plain(file.path()));
        }
      }
      return files(List.copyOf(all));
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
              "%s does not exist: an export that should overwrite it was interrupted. Its previous"
                  + " content is in %s; export again, or rename that folder",
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
              "The folder %s contains neither a %s nor files that end in .%s; use a glob if its"
                  + " files have other names",
              folder, Manifest.NAME, String.join(" or .", new TreeSet<>(format.extensions()))));
    }
    return undescribed(matching);
  }

  /** Returns the files of a folder without manifest, in the order of their names. */
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

  /** Returns the given files; each folder's manifest describes its files. */
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
              "The folder %s contains %s files, not %s files",
              folder, manifest.format(), format.name()));
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
                "The file %s is not listed in the manifest beside it, so it does not belong to that"
                    + " export; move it to another folder to import it",
                path));
      }
      if (!Files.exists(path)) {
        throw error(
            String.format(
                "The file %s is missing, but the manifest beside it lists it: the export is"
                    + " incomplete",
                path));
      }
      long size = Files.size(path);
      if (size != listed.bytes()) {
        throw error(
            String.format(
                "The file %s has %d bytes, but the manifest beside it says %d: the file is damaged"
                    + " or was replaced",
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

  /**
   * Returns whether the path is a file with rows: a regular file whose name does not start with a
   * dot or an underscore and that is not a manifest.
   */
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
   * Joins the files of several folders into one source. The manifests must have the same columns
   * and format settings.
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
     * @throws StorageException if its manifest differs from that of the folders added before
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
                "has a manifest, but %s has none", manifest.isPresent() ? folder : before),
            manifest.isPresent() ? before : folder);
      }
      if (manifest.isPresent() && other.isPresent()) {
        Manifest there = manifest.get();
        Manifest here = other.get();
        if (!there.properties().equals(here.properties())) {
          throw error(
              String.format(
                  "was exported with the settings %s, but %s with %s",
                  there.properties(), folder, here.properties()),
              before);
        }
        if (!sameColumns(there.schema(), here.schema())) {
          throw error("has other columns or types than " + folder, before);
        }
      }
    }

    /** Keyspace and table names may differ. */
    private static boolean sameColumns(TableSchema one, TableSchema other) {
      return one.primaryKey().equals(other.primaryKey())
          && one.columns().equals(other.columns())
          && one.userTypes().equals(other.userTypes());
    }

    private StorageException error(String difference, Path folder) {
      return new StorageException(
          location,
          String.format(
              "The files of %s cannot be imported together: the folder %s %s; import each folder"
                  + " separately",
              location, folder, difference),
          null);
    }
  }
}
