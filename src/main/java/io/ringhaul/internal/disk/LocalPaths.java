package io.ringhaul.internal.disk;

import io.ringhaul.exceptions.InvalidSettingException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells paths on the local disk from what only looks like them. */
public final class LocalPaths {

  /**
   * A URI, or what {@link Path#of} makes of one. A drive letter is no scheme, and a name with a
   * colon in it is no URI. A folder that is really called {@code s3:} is reached as {@code ./s3:}.
   */
  private static final Pattern URI =
      Pattern.compile(
          "([a-z][a-z0-9+.-]+):(?:[/\\\\].*)?", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private static final String STANDARD_STREAM = "-";

  private static final String SUPPORTED =
      "only paths on the local disk are supported. Object stores are reached through an Iceberg"
          + " catalog of your own, in Java: IcebergTarget.catalog(...), IcebergSource.catalog(...)";

  private LocalPaths() {}

  /**
   * The path.
   *
   * @param setting the name of the setting that it is the value of
   * @throws InvalidSettingException if it is not one of the local disk
   */
  public static Path require(String setting, Path path) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new InvalidSettingException(
          setting,
          String.format(
              "%s is %s of the file system '%s'; %s",
              setting, path, path.getFileSystem().provider().getScheme(), SUPPORTED));
    }
    requireText(setting, path.toString());
    return path;
  }

  /**
   * The text of a path or of a glob.
   *
   * @param setting the name of the setting that it is the value of
   * @throws InvalidSettingException if it is a URI, or names standard input or output
   */
  public static String requireText(String setting, String text) {
    Optional<String> problem = problem(text);
    if (problem.isPresent()) {
      throw new InvalidSettingException(
          setting, setting + " is '" + text + "', " + problem.orElseThrow());
    }
    return text;
  }

  /** Why a text is not a path or a glob on the local disk, such as {@code which has ...}. */
  public static Optional<String> problem(String text) {
    if (text.equals(STANDARD_STREAM)) {
      return Optional.of(
          "but standard input and output are not supported: give a folder or a file on the local"
              + " disk");
    }
    Matcher uri = URI.matcher(text);
    if (!uri.matches()) {
      return Optional.empty();
    }
    String scheme = uri.group(1).toLowerCase(Locale.ROOT);
    return Optional.of(
        scheme.equals("file")
            ? "which is a URI: give the path itself, without file:"
            : "which has the scheme " + scheme + ": " + SUPPORTED);
  }
}
