package io.ringhaul.internal.preflight;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether files can be made in a folder: one is made and deleted. For a folder that is not there
 * yet, in the nearest one above it that is.
 */
public final class WritableFolder implements Check {

  private final Path folder;
  private final String remedy;

  /**
   * @param remedy what to do if it is not writable
   */
  public WritableFolder(Path folder, String remedy) {
    this.folder = folder.toAbsolutePath().normalize();
    this.remedy = remedy;
  }

  @Override
  public List<PreflightProblem> problems() {
    Path existing = nearest(folder);
    try {
      Files.delete(Files.createTempFile(existing, ".ringhaul-", ".preflight"));
      return List.of();
    } catch (IOException | SecurityException e) {
      return List.of(
          PreflightProblem.error(
              String.format(
                  "No file can be made in %s%s (%s)",
                  existing,
                  existing.equals(folder) ? "" : ", where " + folder + " is to be",
                  Files.isDirectory(existing)
                      ? e.getClass().getSimpleName().replace("Exception", "")
                      : "it is no folder"),
              remedy));
    }
  }

  /** The folder, or the nearest above it that exists. */
  static Path nearest(Path folder) {
    Path existing = folder;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    return existing;
  }
}
