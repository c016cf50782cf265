package io.ringhaul.internal.storage;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds files by glob patterns. */
public final class Globs {

  private static final Pattern SPECIAL = Pattern.compile("[*?\\[{]");

  private Globs() {}

  /** Returns whether the text has a glob character. */
  public static boolean isGlob(String text) {
    return SPECIAL.matcher(text).find();
  }

  /**
   * Returns the files with rows that match the pattern, in the order of their paths. Hidden
   * folders, such as the staging folders of running exports, are skipped unless a part of the
   * pattern that begins with a dot matches them.
   */
  static List<Path> files(String pattern) throws IOException {
    int special = Math.max(0, pattern.length() - 1);
    var matcher = SPECIAL.matcher(pattern);
    if (matcher.find()) {
      special = matcher.start();
    }
    int slash = pattern.lastIndexOf('/', special);
    Path base = plain(Path.of(slash < 0 ? "" : pattern.substring(0, slash + 1)));
    if (!Files.isDirectory(base)) {
      return List.of();
    }
    String rest = pattern.substring(slash + 1);
    int depth =
        rest.contains("**")
            ? Integer.MAX_VALUE
            : 1 + (int) rest.chars().filter(c -> c == '/').count();
    PathMatcher paths = FileSystems.getDefault().getPathMatcher("glob:" + rest);
    List<PathMatcher> hidden = hiddenParts(rest);
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        base,
        Set.of(FileVisitOption.FOLLOW_LINKS),
        depth,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            Path name = folder.getFileName();
            return folder.equals(base)
                    || !String.valueOf(name).startsWith(".")
                    || hidden.stream().anyMatch(part -> part.matches(name))
                ? FileVisitResult.CONTINUE
                : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (paths.matches(base.relativize(file)) && LocalFiles.isData(file)) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              // The file was renamed or deleted after it was listed.
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    Collections.sort(found);
    return List.copyOf(found);
  }

  /** Returns the parts of a pattern that match hidden folders. */
  static List<PathMatcher> hiddenParts(String pattern) {
    return Stream.of(pattern.split("/"))
        .filter(part -> part.startsWith("."))
        .map(part -> FileSystems.getDefault().getPathMatcher("glob:" + part))
        .toList();
  }

  /**
   * Returns the path as absolute and normalized. Keeps {@code ..} parts if removing them would lead
   * to another file.
   */
  static Path plain(Path path) throws IOException {
    Path absolute = path.toAbsolutePath();
    Path plain = absolute.normalize();
    // After a symbolic link, ".." leads to the parent of the link's target.
    return !Files.exists(absolute) || (Files.exists(plain) && Files.isSameFile(absolute, plain))
        ? plain
        : absolute;
  }
}
