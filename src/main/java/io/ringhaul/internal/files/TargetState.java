package io.ringhaul.internal.files;

import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of an export's target folder before the commit.
 *
 * @param folder the target, without symbolic links
 * @param entries the names of the folder's files; empty if the folder does not exist
 * @param foreign the names in mode OVERWRITE that are no files of an export in any case: folders,
 *     links, and other programs' files of a manifest's name
 * @param manifest the folder's manifest; not read in mode CREATE
 * @param version the version of the manifest in an object store
 */
record TargetState(
    TargetFolder folder,
    List<String> entries,
    Set<String> foreign,
    Optional<Manifest> manifest,
    @Nullable String version) {

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
                  + folder.location()
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
                        + folder.location()
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
              folder.location(), String.join("; ", differences)));
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
                        + folder.location()
                        + " is not overwritten, because it contains files, but no "
                        + Manifest.NAME
                        + " of an export; empty it or use another folder"));
    Set<String> known = new HashSet<>(Set.of(Manifest.NAME, Manifest.OLD_NAME, "_SUCCESS"));
    existing.files().forEach(file -> known.add(file.name()));
    for (String name : entries) {
      boolean ours =
          isPart(known, name)
              || PartName.leftover(name).filter(of -> isPart(known, of)).isPresent();
      if (!ours || foreign.contains(name)) {
        throw error(
            String.format(
                "The folder %s is not overwritten, because it contains %s, which does not belong to"
                    + " an export; move that away or use another folder",
                folder.location(), name));
      }
    }
  }

  private static boolean isPart(Set<String> known, String name) {
    return known.contains(name) || PartName.isPart(name);
  }

  private StorageException error(String message) {
    return new StorageException(folder.location(), message, null);
  }
}
