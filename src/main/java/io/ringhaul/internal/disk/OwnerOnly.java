package io.ringhaul.internal.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Files and folders that no other user of the machine can read, from the first byte and whatever
 * the umask, where the file system has POSIX permissions. What is there already keeps its
 * permissions.
 */
public final class OwnerOnly {

  private OwnerOnly() {}

  /**
   * Makes an empty file with the permissions {@code rw-------}.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is such a file
   */
  public static void createFile(Path file) throws IOException {
    Files.createFile(file, attributes(file, "rw-------"));
  }

  /** Makes a folder and those above it, as far as they are missing, with {@code rwx------}. */
  public static void createFolders(Path folder) throws IOException {
    // A link to a folder would not be taken for one.
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

  /** Whether files there have POSIX permissions. */
  public static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
