package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.files.SourceSearch.Found;
import io.ringhaul.schema.TableSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Joins what was found in several folders into one source, if all of it can be read in one way: the
 * manifests must say the same of the columns and of the form of the files.
 */
final class DescribedFolders {

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
          String.format("has a manifest, and %s has none", manifest.isPresent() ? folder : before),
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
            "%s names files that cannot be read in one way: the folder %s %s; import each folder on"
                + " its own",
            location, folder, difference),
        null);
  }
}
