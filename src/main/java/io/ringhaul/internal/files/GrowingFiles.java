package io.ringhaul.internal.files;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    location.each().forEach(one -> seen.addAll(filesOf(one)));
    return String.join(LINE, seen);
  }

  private List<String> filesOf(SourceLocation one) {
    try {
      Path path = Globs.plain(Path.of(one.text()));
      if (Files.isDirectory(path) && Manifest.find(path).isPresent()) {
        throw new InvalidSettingException(
            "follow",
            String.format(
                "The folder %s contains a complete export with a manifest and does not grow; import"
                    + " it without follow()",
                path));
      }
      return files(one, path);
    } catch (IOException e) {
      throw new StorageException(
          one.text(), "The files of " + one.text() + " cannot be listed: " + e, e);
    }
  }

  private List<String> files(SourceLocation one, Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return new SourceSearch(one, format).matching(path).stream().map(Path::toString).toList();
    }
    if (Files.exists(path)) {
      return List.of(path.toString());
    }
    List<String> names = new ArrayList<>();
    if (one.mayBeGlob() && Globs.isGlob(one.text())) {
      Globs.files(one.text()).forEach(file -> names.add(file.toString()));
    }
    return names;
  }

  /** See {@link io.ringhaul.format.GrowingSource#between}. */
  public SourceLocation between(String from, String to) {
    Set<String> added = new TreeSet<>(to.lines().toList());
    from.lines().forEach(added::remove);
    return location.only(added.stream().map(Path::of).toList());
  }
}
