package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.storage.Globs;
import io.ringhaul.internal.storage.LocalFiles;
import io.ringhaul.internal.storage.Locations;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads paths and globs from a file in UTF-8, one a line. */
public final class PathList {

  private PathList() {}

  /**
   * Returns the paths. Blank lines and lines that begin with {@code #} are skipped.
   *
   * @throws StorageException if the file cannot be read or has no path, or if a line is neither a
   *     URI of an object store nor a local path of a file; the message has the line's number
   */
  public static List<String> read(Path file) {
    List<String> paths = new ArrayList<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      // Stripping blanks keeps a byte order mark.
      String path = (number == 1 && line.startsWith("\ufeff") ? line.substring(1) : line).strip();
      if (path.isEmpty() || path.startsWith("#")) {
        continue;
      }
      Optional<String> problem = problem(path);
      if (problem.isPresent()) {
        throw error(file, String.format("Line %d of %s %s", number, file, problem.get()), null);
      }
      paths.add(Locations.require("at", path));
    }
    if (paths.isEmpty()) {
      throw error(file, "The file " + file + " has no path", null);
    }
    return List.copyOf(paths);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw error(file, "The file " + file + " with the paths is not UTF-8", e);
    } catch (IOException e) {
      throw error(file, "The file " + file + " with the paths cannot be read: " + e, e);
    }
  }

  private static Optional<String> problem(String line) {
    Optional<String> invalid = Locations.problem(line);
    if (invalid.isPresent()) {
      return invalid.map(reason -> "is '" + line + "', " + reason);
    }
    String path = Locations.require("at", line);
    if (Locations.isObject(path)) {
      // The import looks for it: this file is read before the properties of the store are known.
      return Optional.empty();
    }
    try {
      if (Globs.isGlob(path)
          ? !LocalFiles.STORE.glob(path).isEmpty() || exists(path)
          : exists(path)) {
        return Optional.empty();
      }
      return Optional.of(
          Globs.isGlob(path)
              ? "is the glob " + path + ", which matches no file"
              : "names " + path + ", which does not exist");
    } catch (IOException | InvalidPathException e) {
      return Optional.of("names " + path + ", which cannot be read: " + e.getMessage());
    }
  }

  private static boolean exists(String path) {
    try {
      return Files.exists(Path.of(path));
    } catch (InvalidPathException e) {
      // A glob is not a valid path on every platform.
      return false;
    }
  }

  private static StorageException error(Path file, String message, @Nullable Throwable cause) {
    return new StorageException(file.toString(), message, cause);
  }
}
