package io.ringhaul.internal.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Creates files and folders that only their owner can access, from the first byte and independent
 * of the umask, on file systems with POSIX permissions. Existing files and folders keep their
 * permissions.
 */
public final class OwnerOnly {

  private OwnerOnly() {}

  /**
   * Creates an empty file with the permissions {@code rw-------}.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the file exists
   */
  public static void createFile(Path file) throws IOException {
    Files.createFile(file, attributes(file, "rw-------"));
  }

  /** Creates a folder and its missing parents with {@code rwx------}. */
  public static void createFolders(Path folder) throws IOException {
    // createDirectories fails for a link to a folder.
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, attributes(folder, "rwx------"));
    }
  }

  private static FileAttribute<?>[] attributes(Path path, String permissions) {
    return isPosix(path)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /** Returns true if the file system of the path has POSIX permissions. */
  public static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
