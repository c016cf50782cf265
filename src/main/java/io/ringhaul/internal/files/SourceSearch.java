package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.files.Manifest.PartFile;
import io.ringhaul.internal.files.SourceSearch.Found;
import io.ringhaul.internal.storage.FileStore;
import io.ringhaul.internal.storage.FileStore.FileStat;
import io.ringhaul.internal.storage.FileStores;
import io.ringhaul.internal.storage.Globs;
import io.ringhaul.internal.storage.Locations;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
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
  private final FileStores stores;

  SourceSearch(SourceLocation location, InputFormat format, FileStores stores) {
    this.location = location;
    this.format = format;
    this.stores = stores;
  }

  /**
   * The files of a source.
   *
   * @param files in the order of their names
   * @param manifest the manifest of the first folder; the manifests of further folders have the
   *     same settings and columns
   * @param checksums the SHA-256 checksums that manifests list, by location, of the files that need
   *     this check
   */
  record Found(List<SourceFile> files, Optional<Manifest> manifest, Map<String, String> checksums) {

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
      Set<String> all = new LinkedHashSet<>();
      for (SourceLocation one : location.each()) {
        for (SourceFile file : new SourceSearch(one, format, stores).run().files()) {
          all.add(file.store().plain(file.location()));
        }
      }
      return files(List.copyOf(all));
    }
    FileStore store = stores.of(location.text());
    String path = Locations.absolute(location.text());
    if (store.isFolder(path)) {
      return folder(store, path);
    }
    if (store.find(path).isPresent()) {
      return files(List.of(path));
    }
    if (location.mayBeGlob() && Globs.isGlob(location.text())) {
      List<FileStat> matches = store.glob(location.text());
      if (matches.isEmpty()) {
        throw error("No file matches " + location.text());
      }
      Set<String> folders = new LinkedHashSet<>();
      matches.forEach(match -> folders.add(Locations.parent(match.location())));
      for (String folder : folders) {
        if (Manifest.find(store, folder).isEmpty()) {
          requireComplete(folder, matches);
        }
      }
      return files(matches.stream().map(FileStat::location).toList());
    }
    Optional<Path> aside =
        Locations.isObject(path)
            ? Optional.empty()
            : LocalTargetFiles.aside(DurableFiles.linkTarget(Path.of(path)));
    if (aside.isPresent()) {
      throw error(
          String.format(
              "%s does not exist: an export that should overwrite it was interrupted. Its previous"
                  + " content is in %s; export again, or rename that folder",
              path, aside.get()));
    }
    throw error(path + " does not exist");
  }

  private Found folder(FileStore store, String folder) throws IOException {
    Optional<Manifest> manifest = Manifest.find(store, folder);
    if (manifest.isPresent()) {
      List<String> listed = manifest.get().files().stream().map(PartFile::name).toList();
      return described(store, folder, manifest.get(), listed);
    }
    List<FileStat> matching = matching(store, folder);
    if (matching.isEmpty()) {
      throw error(
          String.format(
              "The folder %s contains neither a %s nor files that end in .%s; use a glob if its"
                  + " files have other names",
              folder, Manifest.NAME, String.join(" or .", new TreeSet<>(format.extensions()))));
    }
    requireComplete(folder, matching);
    return undescribed(store, matching);
  }

  /**
   * Refuses part files without a manifest in an object store: their export has not ended, so that
   * others may be missing, and some may be of failed attempts.
   */
  private void requireComplete(String folder, List<FileStat> files) {
    if (Locations.isObject(folder)
        && files.stream()
            .filter(file -> Locations.parent(file.location()).equals(folder))
            .anyMatch(file -> PartName.hasJob(Locations.name(file.location())))) {
      throw error(
          String.format(
              "%s has files of an export that is not complete, because it has no %s: wait for the"
                  + " export or resume it. To import the files as they are, give each of them",
              folder, Manifest.NAME));
    }
  }

  /** Returns the files of a folder without manifest, in the order of their names. */
  List<FileStat> matching(FileStore store, String folder) throws IOException {
    return store.files(folder).stream()
        .filter(file -> hasExtension(Locations.name(file.location())))
        .toList();
  }

  /** Returns the given files; each folder's manifest describes its files. */
  private Found files(List<String> paths) throws IOException {
    Map<String, List<String>> folders = new LinkedHashMap<>();
    for (String path : paths) {
      folders
          .computeIfAbsent(Locations.parent(path), folder -> new ArrayList<>())
          .add(Locations.name(path));
    }
    DescribedFolders found = new DescribedFolders(location.text());
    for (Map.Entry<String, List<String>> each : folders.entrySet()) {
      String folder = each.getKey();
      FileStore store = stores.of(folder);
      Optional<Manifest> manifest = Manifest.find(store, folder);
      found.add(
          folder,
          manifest.isPresent()
              ? described(store, folder, manifest.get(), each.getValue())
              : undescribed(store, present(store, folder, each.getValue())));
    }
    return found.all();
  }

  private List<FileStat> present(FileStore store, String folder, List<String> names)
      throws IOException {
    Map<String, FileStat> found = store.find(folder, names);
    List<FileStat> files = new ArrayList<>();
    for (String name : names) {
      String path = Locations.child(folder, name);
      FileStat file = found.get(path);
      if (file == null) {
        throw new NoSuchFileException(path);
      }
      files.add(file);
    }
    return files;
  }

  private Found described(FileStore store, String folder, Manifest manifest, List<String> names)
      throws IOException {
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
    Map<String, FileStat> found = store.find(folder, names);
    List<SourceFile> files = new ArrayList<>();
    Map<String, String> checksums = new HashMap<>();
    for (String name : names) {
      String path = Locations.requireWhole(Locations.child(folder, name));
      PartFile listed = known.get(name);
      if (listed == null) {
        throw error(
            String.format(
                "The file %s is not listed in the manifest beside it, so it does not belong to that"
                    + " export; move it to another folder to import it",
                path));
      }
      FileStat file = found.get(path);
      if (file == null) {
        throw error(
            String.format(
                "The file %s is missing, but the manifest beside it lists it: the export is"
                    + " incomplete",
                path));
      }
      if (file.size() != listed.bytes()) {
        throw error(
            String.format(
                "The file %s has %d bytes, but the manifest beside it says %d: the file is damaged"
                    + " or was replaced",
                path, file.size(), listed.bytes()));
      }
      files.add(SourceFile.whole(store, file, compression));
      // An object that is still the one that was written is not downloaded for its checksum.
      if (file.version().isEmpty() || !file.version().equals(listed.version())) {
        checksums.put(path, listed.sha256());
      }
    }
    return new Found(files, Optional.of(manifest), checksums);
  }

  private Found undescribed(FileStore store, List<FileStat> found) throws IOException {
    List<SourceFile> files = new ArrayList<>();
    for (FileStat file : found) {
      Locations.requireWhole(file.location());
      Compression compression =
          format.compressesItself()
              ? Compression.NONE
              : location
                  .compression()
                  .orElseGet(() -> Compressions.of(Locations.name(file.location())));
      files.add(SourceFile.whole(store, file, compression));
    }
    return new Found(files, Optional.empty(), Map.of());
  }

  private boolean hasExtension(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT);
    String plain = format.compressesItself() ? name : Compressions.plainName(name);
    return format.extensions().stream().anyMatch(extension -> plain.endsWith("." + extension));
  }

  private static Map<String, PartFile> byName(Manifest manifest) {
    Map<String, PartFile> files = new LinkedHashMap<>();
    manifest.files().forEach(file -> files.put(file.name(), file));
    return files;
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
    private final Map<String, String> checksums = new HashMap<>();
    private Optional<Manifest> manifest = Optional.empty();
    private @Nullable String first;

    DescribedFolders(String location) {
      this.location = location;
    }

    /**
     * Adds a folder.
     *
     * @throws StorageException if its manifest differs from that of the folders added before
     */
    void add(String folder, Found found) {
      String before = first;
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

    private void requireSameForm(String before, String folder, Optional<Manifest> other) {
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

    private StorageException error(String difference, String folder) {
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
