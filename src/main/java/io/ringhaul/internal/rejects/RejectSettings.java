package io.ringhaul.internal.rejects;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.OnUnrepresentable;
import io.ringhaul.internal.disk.LocalPaths;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What an operation does with rows that the other side cannot hold.
 *
 * @param choice fail or reject
 * @param path the file for rejected rows
 * @param limit how many of them it bears
 */
public record RejectSettings(OnUnrepresentable choice, Optional<Path> path, RejectLimit limit) {

  /** Such a row fails the operation. */
  public static final RejectSettings DEFAULT =
      new RejectSettings(OnUnrepresentable.FAIL, Optional.empty(), RejectLimit.NONE);

  private static final String PATH = "rejectsTo";

  public RejectSettings withChoice(OnUnrepresentable newChoice) {
    return new RejectSettings(newChoice, path, limit);
  }

  public RejectSettings withPath(Path newPath) {
    return new RejectSettings(choice, Optional.of(LocalPaths.require(PATH, newPath)), limit);
  }

  /**
   * Returns these settings for one of several imports, whose number precedes the extension of the
   * file name.
   */
  public RejectSettings ofBatch(int number) {
    return path.isEmpty() ? this : withPath(numbered(path.get(), number));
  }

  private static Path numbered(Path file, int number) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    int end = dot > 0 ? dot : name.length();
    return file.resolveSibling(name.substring(0, end) + "." + number + name.substring(end));
  }

  /** A limit makes sense for rows that are rejected only. */
  public RejectSettings withLimit(RejectLimit newLimit) {
    return new RejectSettings(OnUnrepresentable.REJECT, path, newLimit);
  }

  /** Returns these settings with a file for rejected rows, unless one is set. */
  public RejectSettings orBeside(Optional<Path> file) {
    return choice == OnUnrepresentable.REJECT && path.isEmpty()
        ? new RejectSettings(choice, file, limit)
        : this;
  }

  /**
   * Returns these settings after checking them.
   *
   * @throws InvalidSettingException if one of the two settings lacks the other
   */
  public RejectSettings checked() {
    if (choice == OnUnrepresentable.REJECT && path.isEmpty()) {
      throw new InvalidSettingException(
          PATH,
          "Rejected rows need a file to be kept in; name it with "
              + Setting.REJECTS_TO.callWithValue());
    }
    if (choice == OnUnrepresentable.FAIL && path.isPresent()) {
      throw new InvalidSettingException(
          PATH,
          "rejectsTo has no effect as long as no row is rejected; set "
              + Setting.ON_UNREPRESENTABLE.mark()
              + " to reject");
    }
    return this;
  }
}
