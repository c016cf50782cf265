package io.ringhaul.internal.disk;

import io.ringhaul.exceptions.InvalidSettingException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rejects paths that are not on the local disk, such as URIs. */
public final class LocalPaths {

  /**
   * A URI, or the path that {@link Path#of} makes of one. A drive letter is not a scheme, and a
   * name with a colon in it is not a URI. A folder with the name {@code s3:} is reached as {@code
   * ./s3:}.
   */
  private static final Pattern URI =
      Pattern.compile(
          "([a-z][a-z0-9+.-]+):(?:[/\\\\].*)?", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private static final String STANDARD_STREAM = "-";

  private static final String SUPPORTED =
      "only paths on the local disk are supported. CSV, JSON and Parquet files in an object store"
          + " are given by their URI, Iceberg tables there by their catalog";

  private LocalPaths() {}

  /**
   * Returns the path if it is on the local disk.
   *
   * @param setting the name of the setting with this value
   * @throws InvalidSettingException if the path is not on the local disk
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
   * Returns the text of a path or a glob if it is on the local disk.
   *
   * @param setting the name of the setting with this value
   * @throws InvalidSettingException if the text is a URI, or names standard input or output
   */
  public static String requireText(String setting, String text) {
    Optional<String> problem = problem(text);
    if (problem.isPresent()) {
      throw new InvalidSettingException(
          setting, setting + " is '" + text + "', " + problem.orElseThrow());
    }
    return text;
  }

  /**
   * Returns the reason why a text is not a local path or glob, such as {@code which has ...}; empty
   * if it is one.
   */
  public static Optional<String> problem(String text) {
    if (text.equals(STANDARD_STREAM)) {
      return Optional.of(
          "which stands for standard input or output: give a folder or a file on the local disk");
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
