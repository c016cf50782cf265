package io.ringhaul.internal.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Steps on the file system of which a crash of the machine leaves all or nothing. */
public final class DurableFiles {

  /** As many as Linux follows. */
  private static final int MOST_LINKS = 40;

  private DurableFiles() {}

  /** The name under which a file is written until it is whole: hidden, in the same folder. */
  public static Path temporary(Path path) {
    return path.resolveSibling("." + path.getFileName() + ".tmp");
  }

  /** Puts a text in the file's place. */
  public static void write(Path path, String text) throws IOException {
    Path temporary = temporary(path);
    Files.writeString(temporary, text, StandardCharsets.UTF_8);
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    rename(temporary, path);
  }

  /** Renames in one step, over a file or an empty folder that has the name. */
  public static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    force(parent(to));
    if (!parent(from).equals(parent(to))) {
      force(parent(from));
    }
  }

  /** Makes a folder and those above it. */
  public static void createFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = parent(folder);
    createFolder(parent);
    Files.createDirectories(folder);
    force(parent);
  }

  /** Forces a folder's list of names to disk. */
  public static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Deletes a file, or a folder with all it holds; does nothing if it is not there. */
  public static void delete(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(path);
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Where a symbolic link leads, even if nothing is there; any other path as it is. */
  public static Path linkTarget(Path path) throws IOException {
    Path at = path;
    for (int followed = 0; Files.isSymbolicLink(at); followed++) {
      if (followed == MOST_LINKS) {
        throw new FileSystemLoopException(path.toString());
      }
      at = parent(at).toRealPath().resolve(Files.readSymbolicLink(at)).normalize();
    }
    return at;
  }

  /** The folder that the path is in; of a root, the root. */
  public static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath().getRoot() : parent;
  }
}
