package io.ringhaul.internal.rejects;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.internal.disk.LocalPaths;
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
}
