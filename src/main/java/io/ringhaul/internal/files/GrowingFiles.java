package io.ringhaul.internal.files;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.storage.FileStore;
import io.ringhaul.internal.storage.FileStore.FileStat;
import io.ringhaul.internal.storage.FileStores;
import io.ringhaul.internal.storage.Globs;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The files of a folder or glob to which files are added during the import. A position is the list
 * of files seen so far, one path a line, including files deleted since. A file counts as complete
 * when its name matches, so writers must rename it into place when it is complete.
 */
public final class GrowingFiles {

  private static final String LINE = "\n";

  private final SourceLocation location;
  private final InputFormat format;

  public GrowingFiles(SourceLocation location, InputFormat format) {
    this.location = location;
    this.format = format;
  }

  /** See {@link io.ringhaul.format.GrowingSource#position}. */
  public String position(String from) {
    Set<String> seen = new TreeSet<>(from.lines().toList());
    try (FileStores stores = location.openStores()) {
      location.each().forEach(one -> seen.addAll(filesOf(one, stores)));
    }
    return String.join(LINE, seen);
  }

  private List<String> filesOf(SourceLocation one, FileStores stores) {
    try {
      FileStore store = stores.of(one.text());
      String path = store.plain(one.text());
      if (store.isFolder(path) && Manifest.find(store, path).isPresent()) {
        throw new InvalidSettingException(
            "follow",
            String.format(
                "The folder %s contains a complete export with a manifest and does not grow; import"
                    + " it without follow()",
                path));
      }
      return locations(one, path, stores);
    } catch (IOException e) {
      throw new StorageException(
          one.text(), "The files of " + one.text() + " cannot be listed: " + e, e);
    }
  }

  private List<String> locations(SourceLocation one, String path, FileStores stores)
      throws IOException {
    FileStore store = stores.of(path);
    if (store.isFolder(path)) {
      return locations(new SourceSearch(one, format, stores).matching(store, path));
    }
    if (store.find(path).isPresent()) {
      return List.of(path);
    }
    return one.mayBeGlob() && Globs.isGlob(one.text())
        ? locations(store.glob(one.text()))
        : List.of();
  }

  private static List<String> locations(List<FileStat> files) {
    return files.stream().map(FileStat::location).toList();
  }

  /** See {@link io.ringhaul.format.GrowingSource#between}. */
  public SourceLocation between(String from, String to) {
    Set<String> added = new TreeSet<>(to.lines().toList());
    from.lines().forEach(added::remove);
    return location.only(List.copyOf(added));
  }
}
