package io.ringhaul.internal.rejects;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.internal.disk.LocalPaths;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The treatment of rows that the target cannot hold. */
public record RejectSettings(OnUnrepresentable choice, Optional<Path> path, RejectLimit limit) {

  /** The first such row fails the operation. */
  public static final RejectSettings DEFAULT =
      new RejectSettings(OnUnrepresentable.FAIL, Optional.empty(), RejectLimit.NONE);

  private static final String PATH = "rejectsTo";

  public RejectSettings withChoice(OnUnrepresentable newChoice) {
    return new RejectSettings(newChoice, path, limit);
  }

  public RejectSettings withPath(Path newPath) {
    return new RejectSettings(choice, Optional.of(LocalPaths.require(PATH, newPath)), limit);
  }

  /** Returns a copy for one of several imports, with its number before the file name extension. */
  public RejectSettings ofBatch(int number) {
    return path.isEmpty() ? this : withPath(numbered(path.get(), number));
  }

  private static Path numbered(Path file, int number) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    int end = dot > 0 ? dot : name.length();
    return file.resolveSibling(name.substring(0, end) + "." + number + name.substring(end));
  }

  /** Sets the limit, and rejects rows: a limit has no effect on failing operations. */
  public RejectSettings withLimit(RejectLimit newLimit) {
    return new RejectSettings(OnUnrepresentable.REJECT, path, newLimit);
  }

  /** Returns a copy with this rejects file, unless one is set. */
  public RejectSettings orBeside(Optional<Path> file) {
    return choice == OnUnrepresentable.REJECT && path.isEmpty()
        ? new RejectSettings(choice, file, limit)
        : this;
  }

  /**
   * Returns these settings after checking them.
   *
   * @throws InvalidSettingException if rows are rejected without a file, or if a file is set and
   *     rows are not rejected
   */
  public RejectSettings checked() {
    if (choice == OnUnrepresentable.REJECT && path.isEmpty()) {
      throw new InvalidSettingException(
          PATH, "Rejected rows need a file; set it with " + Setting.REJECTS_TO.callWithValue());
    }
    if (choice == OnUnrepresentable.FAIL && path.isPresent()) {
      throw new InvalidSettingException(
          PATH,
          "rejectsTo has no effect unless rows are rejected; set "
              + Setting.ON_UNREPRESENTABLE.mark()
              + " to reject");
    }
    return this;
  }

  /** Returns these settings with a file in a folder of its own, and without limits. */
  public Temporary temporary() {
    if (choice == OnUnrepresentable.FAIL) {
      return new Temporary(DEFAULT, Optional.empty());
    }
    try {
      Path folder = Files.createTempDirectory("ringhaul-rejects");
      return new Temporary(
          new RejectSettings(
              choice, Optional.of(folder.resolve("rejects.jsonl")), RejectLimit.NONE),
          Optional.of(folder));
    } catch (IOException e) {
      throw new StorageException(
          System.getProperty("java.io.tmpdir"),
          "A temporary folder for rejected rows cannot be created",
          e);
    }
  }

  /**
   * Settings with a temporary file.
   *
   * @param folder closing deletes it; empty if rows are not rejected
   */
  public record Temporary(RejectSettings settings, Optional<Path> folder) implements AutoCloseable {

    @Override
    public void close() {
      folder.map(Path::toFile).ifPresent(Temporary::delete);
    }

    private static void delete(File folder) {
      File[] files = folder.listFiles();
      for (File file : files == null ? new File[0] : files) {
        file.delete();
      }
      folder.delete();
    }
  }
}
