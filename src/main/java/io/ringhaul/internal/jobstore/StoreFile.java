package io.ringhaul.internal.jobstore;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.OwnerOnly;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The file of a store. It is created under another name and renamed when it is complete, so that an
 * empty file is one that lost its content, and never one under construction.
 */
final class StoreFile {

  private final Path path;

  StoreFile(Path path) {
    this.path = path.toAbsolutePath().normalize();
  }

  String location() {
    return path.toString();
  }

  Path path() {
    return path;
  }

  /**
   * Makes the file if it is not there.
   *
   * @param maker writes a store to the path that it is given
   * @throws StorageException if the folder or the file cannot be made
   */
  void makeIfAbsent(Consumer<Path> maker) {
    if (Files.exists(path)) {
      return;
    }
    Path folder = folder();
    try {
      OwnerOnly.createFolders(folder);
    } catch (IOException e) {
      throw failure("The folder of the job store " + path + " cannot be made: " + e, e);
    }
    requireWritable(folder, "The folder " + folder + " of the job store " + path);
    Path fresh = path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      // SQLite gives the files beside a store the permissions of the store.
      OwnerOnly.createFile(fresh);
      maker.accept(fresh);
      publish(fresh);
      force(folder);
    } catch (IOException e) {
      throw failure("The job store " + path + " cannot be made: " + e, e);
    } finally {
      delete(fresh);
    }
  }

  /** Gives the file its name, unless another process was first. */
  private void publish(Path fresh) throws IOException {
    try {
      Files.createLink(path, fresh);
    } catch (FileAlreadyExistsException e) {
      // Another process has just made the store.
    } catch (UnsupportedOperationException | IOException e) {
      moveUnlessThere(fresh);
    }
  }

  /**
   * For file systems without links, where two that make one store in one moment are not kept apart.
   */
  private void moveUnlessThere(Path fresh) throws IOException {
    try {
      Files.move(fresh, path);
    } catch (FileAlreadyExistsException e) {
      // Another process has just made the store.
    }
  }

  /**
   * Looks at the file before it is opened.
   *
   * @throws StorageException if it is no file, or empty, or cannot be written
   */
  void requireUsable() {
    if (Files.isDirectory(path)) {
      throw failure("The job store " + path + " is a folder; name a file in it", null);
    }
    try {
      if (Files.size(path) == 0) {
        throw failure(
            "The job store "
                + path
                + " is empty: its content was lost, or it is not a job store; restore it from a"
                + " backup, or delete it to start with a new store",
            null);
      }
    } catch (IOException e) {
      throw failure("The job store " + path + " cannot be read: " + e, e);
    }
    requireWritable(path, "The job store " + path);
    requireWritable(folder(), "The folder " + folder() + " of the job store " + path);
  }

  private void requireWritable(Path place, String what) {
    if (!Files.isWritable(place)) {
      throw failure(
          what + " is read-only for this user; grant write permission, or use another store", null);
    }
  }

  private Path folder() {
    return Objects.requireNonNull(path.getParent());
  }

  private StorageException failure(String message, @Nullable Throwable cause) {
    return new StorageException(location(), message, cause);
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void delete(Path fresh) {
    for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
      try {
        Files.deleteIfExists(fresh.resolveSibling(fresh.getFileName() + suffix));
      } catch (IOException e) {
        // The remaining file is small and is not opened again.
      }
    }
  }
}
