package io.ringhaul.internal.storage;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.disk.ExplainedException;
import io.ringhaul.internal.disk.LocalPaths;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Locations of files and folders as texts: a path of the local disk, or a URI of an object store. A
 * folder in an object store is the prefix of its objects' names up to a slash.
 */
public final class Locations {

  /** The scheme, the bucket, container or host, and the name of an object with its first slash. */
  private static final Pattern URI_FORM =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+)://([^/]*)(/.*)?", Pattern.DOTALL);

  private static final String CUT =
      "clients of object stores end the name: copy the objects to another name";

  private static final String FILE_SCHEME = "file:";

  /** The name of the manifest in folders that earlier versions wrote. */
  public static final String EARLIER_MANIFEST = "manifest.json";

  private Locations() {}

  /** Returns whether the text is a URI of an object store, of a scheme that is known. */
  public static boolean isObject(String text) {
    Matcher uri = URI_FORM.matcher(text);
    return uri.matches() && ObjectScheme.of(uri.group(1)).isPresent();
  }

  /**
   * Returns the reason why a text is no location, such as {@code which has ...}; empty if it is a
   * local path, a glob, or a URI of an object store.
   */
  public static Optional<String> problem(String text) {
    Matcher uri = URI_FORM.matcher(text);
    if (isFileUri(text)) {
      return text.matches("(?i)file:(//)?/[^/].*|(?i)file:(//)?/")
          ? Optional.empty()
          : Optional.of("which is not an absolute path: write file:///FOLDER");
    }
    if (!uri.matches()) {
      Optional<String> local = LocalPaths.problem(text);
      return local.isPresent() && ObjectScheme.of(text.split(":", 2)[0]).isPresent()
          ? Optional.of("which has no bucket: write " + text.split(":", 2)[0] + "://BUCKET/FOLDER")
          : local;
    }
    if (ObjectScheme.of(uri.group(1)).isEmpty()) {
      return Optional.of(
          String.format(
              "which has the scheme %s: the schemes are %s and file",
              uri.group(1).toLowerCase(Locale.ROOT), ObjectScheme.names()));
    }
    String name = uri.group(3) == null ? "" : uri.group(3);
    if (uri.group(2).isEmpty() && !uri.group(1).equalsIgnoreCase("hdfs")) {
      return Optional.of("which has no bucket: write " + uri.group(1) + "://BUCKET/FOLDER");
    }
    if (name.contains("#") && isCutShort(text)) {
      return Optional.of("which has '#' in its name, where " + CUT);
    }
    return Stream.of(withoutSlashes(name).split("/", -1))
            .skip(withoutSlashes(name).isEmpty() ? 1 : 0)
            .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))
        ? Optional.of("which has an empty part, '.' or '..' between slashes")
        : Optional.empty();
  }

  /**
   * Returns a location in its usual form: a {@code file:} URI as a path, an object's URI without a
   * slash at its end, any other path or glob as it is.
   *
   * @param setting the name of the setting with this value
   * @throws InvalidSettingException if the text is a URI of an unknown scheme, is incomplete, or
   *     names standard input or output
   */
  public static String require(String setting, String text) {
    Optional<String> problem = problem(text);
    if (problem.isPresent()) {
      throw new InvalidSettingException(
          setting, setting + " is '" + text + "', " + problem.orElseThrow());
    }
    if (isFileUri(text)) {
      return text.substring(FILE_SCHEME.length()).replaceFirst("^//", "");
    }
    return isObject(text) ? withoutSlash(text) : text;
  }

  /**
   * Returns the location of a URI.
   *
   * @param setting the name of the setting with this value
   * @throws InvalidSettingException as {@link #require(String, String)}
   */
  public static String require(String setting, URI uri) {
    if (uri.isOpaque() || uri.getQuery() != null || uri.getFragment() != null) {
      throw new InvalidSettingException(
          setting,
          setting + " is '" + uri + "', which is not a URI of the form s3://BUCKET/FOLDER");
    }
    if (uri.getScheme() == null) {
      throw new InvalidSettingException(
          setting,
          setting + " is '" + uri + "', which has no scheme: give a Path for a local path");
    }
    String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
    String location = require(setting, uri.getScheme() + "://" + authority + uri.getPath());
    if (isCutShort(location)) {
      throw new InvalidSettingException(
          setting, setting + " is '" + location + "', which has '?' in its name, where " + CUT);
    }
    return location;
  }

  /**
   * Returns whether the name of an object has a character at which the clients of its store end the
   * name, so that they would reach another object. A pattern may have one, the object may not.
   */
  public static boolean isCutShort(String location) {
    Matcher uri = URI_FORM.matcher(location);
    return uri.matches()
        && uri.group(3) != null
        && (uri.group(3).contains("#") || uri.group(3).contains("?"))
        && ObjectScheme.of(uri.group(1)).filter(it -> it != ObjectScheme.HDFS).isPresent();
  }

  /**
   * Returns the location of an object, which the clients of its store reach.
   *
   * @throws ExplainedException if they would reach another object
   */
  public static String requireWhole(String location) throws ExplainedException {
    if (isCutShort(location)) {
      throw new ExplainedException(
          String.format("the name of %s contains '#' or '?', where %s", location, CUT), null);
    }
    return location;
  }

  /** Returns the part of a location after its last slash. */
  public static String name(String location) {
    return isObject(location)
        ? location.substring(location.lastIndexOf('/') + 1)
        : String.valueOf(Path.of(location).getFileName());
  }

  /** Returns the folder of a file. */
  public static String parent(String location) {
    return isObject(location)
        ? location.substring(0, location.lastIndexOf('/'))
        : DurableFiles.parent(Path.of(location)).toString();
  }

  /** Returns the location of a file in a folder. */
  public static String child(String folder, String name) {
    return isObject(folder) ? folder + "/" + name : Path.of(folder).resolve(name).toString();
  }

  /** Returns an absolute location; relative paths begin at the folder of the process. */
  public static String absolute(String location) {
    return isObject(location) ? location : Path.of(location).toAbsolutePath().toString();
  }

  /** Returns an absolute location without {@code .} and {@code ..}. */
  public static String normalized(String location) {
    try {
      return isObject(location)
          ? location
          : Path.of(location).toAbsolutePath().normalize().toString();
    } catch (InvalidPathException e) {
      throw new InvalidSettingException("at", "'" + location + "' is not a path: " + e.getReason());
    }
  }

  /**
   * Returns whether the name may be that of a file with rows: it does not start with a dot or an
   * underscore, and is not that of a manifest.
   */
  public static boolean isDataName(String name) {
    return !name.startsWith(".") && !name.startsWith("_") && !name.equals(EARLIER_MANIFEST);
  }

  /** Returns whether the location is a bucket, and no folder in it. */
  public static boolean isBucket(String location) {
    Matcher uri = URI_FORM.matcher(location);
    return uri.matches() && (uri.group(3) == null || uri.group(3).equals("/"));
  }

  private static boolean isFileUri(String text) {
    return text.regionMatches(true, 0, FILE_SCHEME + "/", 0, FILE_SCHEME.length() + 1);
  }

  private static String withoutSlash(String location) {
    return location.endsWith("/") && !location.endsWith("://")
        ? location.substring(0, location.length() - 1)
        : location;
  }

  private static String withoutSlashes(String name) {
    String inner = name.startsWith("/") ? name.substring(1) : name;
    return inner.endsWith("/") ? inner.substring(0, inner.length() - 1) : inner;
  }
}
