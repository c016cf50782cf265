package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.files.Manifest.PartFile;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of a target folder: how they are written, found and published. On the local disk they
 * wait in a staging folder and are renamed; in an object store they are written under their names
 * and count once the manifest lists them.
 */
interface TargetFiles extends AutoCloseable {

  /**
   * A step of a commit.
   *
   * @param <T> its result
   */
  @FunctionalInterface
  interface Step<T> {
    /**
     * Runs the step.
     *
     * @throws ConflictException if another commit was first, so that the step must be repeated
     */
    T run() throws IOException;
  }

  /** Another commit has changed the folder since its state was read. */
  final class ConflictException extends IOException {

    private static final long serialVersionUID = 1;

    ConflictException(String folder) {
      super("another export has committed to " + folder + " at the same moment");
    }
  }

  /** Returns the current state for a plan, after recovery from an interrupted overwrite. */
  TargetState state(FolderPlan plan) throws IOException;

  /** Returns the state for the commit, within {@link #exclusively}. */
  TargetState stateToCommit(FolderPlan plan) throws IOException;

  /** Returns the folder's manifest. */
  Optional<Manifest> manifest(FolderPlan plan);

  /** Creates a part file. */
  PartSink create(FolderPlan plan, String name) throws IOException;

  /** Deletes a part file that is not published. */
  void delete(FolderPlan plan, String name) throws IOException;

  /** Returns the sizes of the written files that exist, by name. */
  Map<String, Long> sizes(FolderPlan plan, Collection<PartFile> files) throws IOException;

  /** Returns where a file waits for the commit, for messages. */
  String waiting(FolderPlan plan, String name);

  /**
   * Runs a commit while no other commit changes the folder, or again if another was first.
   *
   * @throws StorageException if other commits take too long
   */
  <T> T exclusively(FolderPlan plan, Step<T> step) throws IOException;

  /**
   * Publishes the files with their manifest, in one step for readers of the manifest.
   *
   * @param state from {@link #stateToCommit}
   * @param manifest all files of the folder
   * @param files the files of this export
   */
  void publish(FolderPlan plan, TargetState state, Manifest manifest, List<PartFile> files)
      throws IOException;

  /** Deletes what a commit left when its process ended after it was complete. */
  void tidy(FolderPlan plan, Manifest manifest);

  /**
   * Removes the leftovers of an export, except files that stay.
   *
   * @return the number of removed files
   * @throws StorageException if a file that stays is missing
   */
  int clean(FolderPlan plan, List<PartFile> kept) throws IOException;

  @Override
  void close();
}
