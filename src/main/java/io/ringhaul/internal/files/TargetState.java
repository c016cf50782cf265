package io.ringhaul.internal.files;

import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of an export's target folder before the commit.
 *
 * @param folder the target, without symbolic links
 * @param entries the folder's content; empty if the folder does not exist
 * @param manifest the folder's manifest; not read in mode CREATE
 */
record TargetState(TargetFolder folder, List<Path> entries, Optional<Manifest> manifest) {

  private static final Logger LOG = LoggerFactory.getLogger(TargetState.class);

  /** Reads the current state, after it has completed or undone an interrupted overwrite. */
  static TargetState of(TargetFolder named) throws IOException {
    // An overwrite moves the folder to a path beside the folder, not beside a link to it.
    Path path = DurableFiles.linkTarget(named.path());
    TargetFolder target = at(path, named);
    // The moved folder may belong to a running commit; the lock waits for its end.
    if (aside(path).isPresent()) {
      FolderLock.holding(path, () -> settle(path));
    }
    return found(target);
  }

  /** Reads the state. The caller holds the folder's lock. */
  static TargetState locked(TargetFolder target) throws IOException {
    settle(target.path());
    return found(target);
  }

  private static TargetState found(TargetFolder target) throws IOException {
    Path path = target.path();
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return new TargetState(target, List.of(), Optional.empty());
    }
    if (!Files.isDirectory(path)) {
      throw new StorageException(
          path.toString(), path + " is a file; the target of an export must be a folder", null);
    }
    // The commit renames the folder, not a link to it.
    Path real = path.toRealPath();
    Path parent = DurableFiles.parent(real);
    if (!Files.getFileStore(real).equals(Files.getFileStore(parent))) {
      throw new StorageException(
          real.toString(),
          real + " is a mount point, which cannot be replaced atomically; use a folder in it",
          null);
    }
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(real)) {
      found.forEach(entries::add);
    }
    // Mode CREATE needs an empty folder, so a manifest is not read.
    return new TargetState(
        at(real, target),
        entries,
        target.mode() == WriteMode.CREATE ? Optional.empty() : Manifest.find(real));
  }

  private static TargetFolder at(Path path, TargetFolder target) {
    return new TargetFolder(path, target.compression(), target.maxFileBytes(), target.mode());
  }

  /**
   * Checks that the export can be committed here.
   *
   * @throws StorageException if the folder's content or mode does not allow it
   */
  void requireFit(FolderPlan plan) {
    if (entries.isEmpty()) {
      return;
    }
    switch (folder.mode()) {
      case CREATE ->
          throw error(
              "The folder "
                  + folder.path()
                  + " is not empty; use another one, or set "
                  + Setting.MODE.mark()
                  + " to append to it or to overwrite it");
      case APPEND -> requireSameKind(plan);
      case OVERWRITE -> requireReplaceable();
    }
  }

  private void requireSameKind(FolderPlan plan) {
    Manifest existing =
        manifest.orElseThrow(
            () ->
                error(
                    "The folder "
                        + folder.path()
                        + " contains files, but no "
                        + Manifest.NAME
                        + ", so nothing can be appended; use another folder"));
    List<String> differences = new ArrayList<>();
    compare(differences, "the format", existing.format(), plan.format());
    compare(differences, "the compression", existing.compression(), folder.compression());
    compare(differences, "the settings", existing.properties(), plan.properties());
    compare(differences, "the table", table(existing.schema()), table(plan.schema()));
    compare(
        differences, "the primary key", existing.schema().primaryKey(), plan.schema().primaryKey());
    compare(differences, "the columns", existing.schema().columns(), plan.schema().columns());
    compare(differences, "the types", existing.schema().userTypes(), plan.schema().userTypes());
    if (!differences.isEmpty()) {
      throw error(
          String.format(
              "The folder %s contains an export with other settings, so nothing can be appended:"
                  + " %s",
              folder.path(), String.join("; ", differences)));
    }
  }

  private static String table(TableSchema schema) {
    return new TableDescription(schema.keyspace(), schema.table(), List.of()).toString();
  }

  private static void compare(List<String> differences, String what, Object there, Object here) {
    if (!there.equals(here)) {
      differences.add(what + " in the folder: " + there + ", in this export: " + here);
    }
  }

  /** An overwrite deletes the folder, so every file in it must belong to an export. */
  private void requireReplaceable() {
    Manifest existing =
        manifest.orElseThrow(
            () ->
                error(
                    "The folder "
                        + folder.path()
                        + " is not overwritten, because it contains files, but no "
                        + Manifest.NAME
                        + " of an export; empty it or use another folder"));
    Set<String> known = new HashSet<>(Set.of(Manifest.NAME, Manifest.OLD_NAME, "_SUCCESS"));
    existing.files().forEach(file -> known.add(file.name()));
    for (Path entry : entries) {
      String name = entry.getFileName().toString();
      boolean ours =
          isPart(known, name)
              || PartName.leftover(name).filter(of -> isPart(known, of)).isPresent();
      if (!ours
          || !Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)
          || isForeignManifest(entry)) {
        throw error(
            String.format(
                "The folder %s is not overwritten, because it contains %s, which does not belong to"
                    + " an export; move that away or use another folder",
                folder.path(), name));
      }
    }
  }

  private static boolean isForeignManifest(Path entry) {
    String name = entry.getFileName().toString();
    try {
      return (name.equals(Manifest.NAME) || name.equals(Manifest.OLD_NAME))
          && Manifest.isForeign(entry);
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean isPart(Set<String> known, String name) {
    return known.contains(name) || PartName.isPart(name);
  }

  private StorageException error(String message) {
    return new StorageException(folder.path().toString(), message, null);
  }

  /**
   * Recovers from an interrupted overwrite: undoes it after its first rename, deletes the replaced
   * folder after its second. The caller holds the folder's lock.
   *
   * @return the temporary path of the replaced folder
   */
  static Optional<Path> settle(Path path) throws IOException {
    Optional<Path> aside = aside(path);
    if (aside.isEmpty()) {
      return aside;
    }
    if (Manifest.existsIn(path)) {
      DurableFiles.delete(aside.get());
    } else if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      LOG.warn(
          "{} is missing because an export that should overwrite it was interrupted; it is restored"
              + " from {}",
          path,
          aside.get());
      DurableFiles.rename(aside.get(), path);
    }
    return aside;
  }

  /** Returns the temporary path of a folder that an interrupted overwrite moved away. */
  static Optional<Path> aside(Path folder) throws IOException {
    Path parent = DurableFiles.parent(folder);
    if (!Files.isDirectory(parent)) {
      return Optional.empty();
    }
    String prefix = FolderPlan.hidden(folder, FolderPlan.OLD);
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(
            parent, entry -> entry.getFileName().toString().startsWith(prefix))) {
      for (Path entry : found) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }
}
