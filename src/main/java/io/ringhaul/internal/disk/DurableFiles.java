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

/** File system operations that are atomic and durable across a crash of the machine. */
public final class DurableFiles {

  /** The limit of Linux. */
  private static final int MOST_LINKS = 40;

  private DurableFiles() {}

  /**
   * Returns the hidden name, in the same folder, under which a file is written until it is
   * complete.
   */
  public static Path temporary(Path path) {
    return path.resolveSibling("." + path.getFileName() + ".tmp");
  }

  /** Replaces the content of a file. */
  public static void write(Path path, String text) throws IOException {
    Path temporary = temporary(path);
    Files.writeString(temporary, text, StandardCharsets.UTF_8);
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    rename(temporary, path);
  }

  /** Renames in one step, and replaces a file or an empty folder of the target name. */
  public static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    force(parent(to));
    if (!parent(from).equals(parent(to))) {
      force(parent(from));
    }
  }

  /** Creates a folder and its missing parents. */
  public static void createFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path parent = parent(folder);
    createFolder(parent);
    Files.createDirectories(folder);
    force(parent);
  }

  /** Forces a folder's entries to disk. */
  public static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Deletes a file, or a folder with its content; does nothing if the path does not exist. */
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

  /**
   * Returns the target of a symbolic link, which need not exist; returns any other path unchanged.
   */
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

  /** Returns the parent folder of a path; for a root, the root. */
  public static Path parent(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return parent == null ? path.toAbsolutePath().getRoot() : parent;
  }
}
