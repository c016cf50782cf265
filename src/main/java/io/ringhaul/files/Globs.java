package io.ringhaul.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds files by patterns. */
final class Globs {

  private static final Pattern SPECIAL = Pattern.compile("[*?\\[{]");

  private Globs() {}

  /** Whether the text has a character that makes it a pattern. */
  static boolean isGlob(String text) {
    return SPECIAL.matcher(text).find();
  }

  /** The files that hold rows and match the pattern, in the order of their paths. */
  static List<Path> files(String pattern) throws IOException {
    int special = Math.max(0, pattern.length() - 1);
    var matcher = SPECIAL.matcher(pattern);
    if (matcher.find()) {
      special = matcher.start();
    }
    int slash = pattern.lastIndexOf('/', special);
    Path base = Path.of(slash < 0 ? "" : pattern.substring(0, slash + 1)).toAbsolutePath();
    if (!Files.isDirectory(base)) {
      return List.of();
    }
    String rest = pattern.substring(slash + 1);
    int depth =
        rest.contains("**")
            ? Integer.MAX_VALUE
            : 1 + (int) rest.chars().filter(c -> c == '/').count();
    PathMatcher paths = FileSystems.getDefault().getPathMatcher("glob:" + rest);
    try (Stream<Path> found = Files.walk(base, depth, FileVisitOption.FOLLOW_LINKS)) {
      return found
          .filter(path -> paths.matches(base.relativize(path)) && SourceSearch.isData(path))
          .sorted()
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
