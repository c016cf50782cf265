package io.ringhaul.internal.preflight;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks that files can be created in a folder, by creating and deleting one. If the folder does
 * not exist, checks the nearest existing parent.
 */
public final class WritableFolder implements Check {

  private final Path folder;
  private final String remedy;

  /**
   * @param remedy what the user can do if the folder is not writable
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
                  "No file can be created in %s%s (%s)",
                  existing,
                  existing.equals(folder)
                      ? ""
                      : ", the nearest parent of " + folder + " that exists",
                  Files.isDirectory(existing)
                      ? e.getClass().getSimpleName().replace("Exception", "")
                      : "not a folder"),
              remedy));
    }
  }

  /** Returns the folder, or its nearest existing parent. */
  static Path nearest(Path folder) {
    Path existing = folder;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    return existing;
  }
}
