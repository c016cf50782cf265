package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.files.Manifest.PartFile;
import io.ringhaul.internal.storage.FileStore.FileStat;
import io.ringhaul.internal.storage.FileStores;
import io.ringhaul.internal.storage.Locations;
import io.ringhaul.internal.storage.ObjectFiles;
import io.ringhaul.internal.storage.ObjectFiles.Versioned;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a target folder in an object store, which has no rename. Files are written under
 * their names, which hold the job's id, and belong to the folder once its manifest lists them. The
 * manifest is written last, with the precondition that it is still the one that was read, so that
 * of two commits at the same moment one reads again. Files that an overwrite replaces are deleted
 * after that; their exports are named in the new manifest, so that a later commit deletes them if
 * the process ends before.
 *
 * <p>A reader that lists the folder and ignores the manifest sees files of exports that are not
 * complete.
 */
final class ObjectTargetFiles implements TargetFiles {

  private static final Logger LOG = LoggerFactory.getLogger(ObjectTargetFiles.class);

  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int PAUSE_MILLIS = 200;

  private final TargetFolder folder;
  private final FileStores stores;

  ObjectTargetFiles(TargetFolder folder) {
    this.folder = folder;
    this.stores = new FileStores(folder.storage());
  }

  private ObjectFiles store() {
    return stores.objects(folder.location());
  }

  private String location(String name) {
    return Locations.child(folder.location(), name);
  }

  @Override
  public TargetState state(FolderPlan plan) throws IOException {
    return state(plan, folder.mode() != WriteMode.CREATE);
  }

  /** Files that others write while this export does are not there until a manifest lists them. */
  @Override
  public TargetState stateToCommit(FolderPlan plan) throws IOException {
    return state(plan, true);
  }

  /**
   * @param skipsUnlisted whether files of other exports count only if the manifest lists them
   */
  private TargetState state(FolderPlan plan, boolean skipsUnlisted) throws IOException {
    Optional<Versioned> text = manifestText();
    Optional<Manifest> manifest = text.flatMap(this::parsed);
    Set<String> listed = new HashSet<>();
    manifest.ifPresent(found -> found.files().forEach(file -> listed.add(file.name())));
    List<String> names = new ArrayList<>();
    Set<String> foreign = new HashSet<>();
    for (FileStat entry : store().entries(folder.location())) {
      String name = entry.location().substring(folder.location().length() + 1);
      boolean isUnlisted = PartName.isPart(name) && !listed.contains(name);
      if (PartName.isOf(plan.jobId(), name) || (isUnlisted && skipsUnlisted)) {
        continue;
      }
      names.add(name);
      if (name.endsWith("/") || (name.equals(Manifest.NAME) && manifest.isEmpty())) {
        foreign.add(name);
      }
    }
    return new TargetState(
        folder, names, foreign, manifest, text.map(Versioned::version).orElse(null));
  }

  private Optional<Versioned> manifestText() throws IOException {
    try {
      return Optional.of(store().read(location(Manifest.NAME)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private Optional<Manifest> parsed(Versioned text) {
    return Manifest.parsed(location(Manifest.NAME), text.text());
  }

  @Override
  public Optional<Manifest> manifest(FolderPlan plan) {
    return Manifest.find(store(), folder.location());
  }

  @Override
  public PartSink create(FolderPlan plan, String name) throws IOException {
    return new ObjectPart(location(name));
  }

  @Override
  public void delete(FolderPlan plan, String name) throws IOException {
    store().delete(List.of(location(name)));
  }

  @Override
  public Map<String, Long> sizes(FolderPlan plan, Collection<PartFile> files) throws IOException {
    Map<String, Long> sizes = new HashMap<>();
    store()
        .find(folder.location(), files.stream().map(PartFile::name).toList())
        .values()
        .forEach(file -> sizes.put(Locations.name(file.location()), file.size()));
    return sizes;
  }

  @Override
  public String waiting(FolderPlan plan, String name) {
    return location(name);
  }

  @Override
  public <T> T exclusively(FolderPlan plan, Step<T> step) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return step.run();
      } catch (ConflictException e) {
        if (System.nanoTime() - deadline > 0) {
          throw new StorageException(
              folder.location(),
              "Other exports have been committing to "
                  + folder.location()
                  + " for more than a minute; resume this export when they have ended",
              e);
        }
        pause(e);
      }
    }
  }

  private void pause(ConflictException conflict) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(PAUSE_MILLIS) + 1L);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      e.addSuppressed(conflict);
      throw new StorageException(
          folder.location(), "Interrupted while waiting to commit to " + folder.location(), e);
    }
  }

  @Override
  public void publish(FolderPlan plan, TargetState state, Manifest manifest, List<PartFile> files)
      throws IOException {
    Manifest shown =
        folder.mode() == WriteMode.OVERWRITE
            ? state.manifest().map(manifest::replacing).orElse(manifest)
            : manifest;
    String name = location(Manifest.NAME);
    boolean isWritten;
    try {
      isWritten = store().write(name, ManifestJson.text(shown), state.version());
    } catch (IOException e) {
      // The answer may have been lost after the store has done it.
      if (!holds(plan, e)) {
        throw e;
      }
      isWritten = true;
    }
    // A repeated request is refused if the first one was done and its answer was lost, and another
    // export may have appended to this one, or replaced it, before it was read again.
    if (!isWritten && !holds(plan, null)) {
      throw new ConflictException(folder.location());
    }
    tidy(plan, shown);
  }

  /** Returns whether this export is in the folder, or was until another one overwrote it. */
  private boolean holds(FolderPlan plan, @Nullable IOException failure) throws IOException {
    try {
      return manifest(plan)
          .filter(it -> it.holds(plan.jobId()) || it.replaced().contains(plan.jobId()))
          .isPresent();
    } catch (StorageException e) {
      if (failure == null) {
        throw e;
      }
      failure.addSuppressed(e);
      return false;
    }
  }

  /**
   * Deletes what no reader of the manifest needs: files of exports that it replaced, and files of
   * this export that are in no result.
   */
  @Override
  public void tidy(FolderPlan plan, Manifest manifest) {
    try {
      remove(plan, manifest, Set.of());
    } catch (IOException e) {
      LOG.warn(
          "Files in {} that are no longer needed could not be deleted: {}",
          folder.location(),
          e.toString());
    }
  }

  private int remove(FolderPlan plan, Manifest manifest, Set<String> stay) throws IOException {
    Set<String> listed = manifest.files().stream().map(PartFile::name).collect(Collectors.toSet());
    List<String> unneeded = new ArrayList<>();
    for (FileStat entry : store().entries(folder.location())) {
      String name = Locations.name(entry.location());
      boolean isOurs =
          PartName.isOf(plan.jobId(), name)
              || manifest.replaced().stream().anyMatch(id -> PartName.isOf(id, name));
      if (isOurs && !listed.contains(name) && !stay.contains(name)) {
        unneeded.add(entry.location());
      }
    }
    store().delete(unneeded);
    return unneeded.size();
  }

  @Override
  public int clean(FolderPlan plan, List<PartFile> kept) throws IOException {
    Optional<Manifest> manifest = manifest(plan);
    boolean isCommitted = manifest.filter(found -> found.holds(plan.jobId())).isPresent();
    Set<String> stay =
        isCommitted ? Set.of() : kept.stream().map(PartFile::name).collect(Collectors.toSet());
    if (!isCommitted && !kept.isEmpty()) {
      Map<String, Long> sizes = sizes(plan, kept);
      for (PartFile file : kept) {
        // The commit drops a file without rows if others have rows.
        if (file.rows() > 0 && !sizes.containsKey(file.name())) {
          throw new StorageException(
              folder.location(),
              String.format(
                  "The file %s of the export %s is missing from %s; start a new export",
                  file.name(), plan.jobId(), folder.location()),
              null);
        }
      }
    }
    Manifest listing =
        manifest.orElseGet(
            () ->
                new Manifest(
                    plan.format(),
                    plan.properties(),
                    folder.compression(),
                    plan.schema(),
                    List.of(),
                    List.of()));
    return remove(plan, listing, stay) + abortUploads(plan);
  }

  /** Ends uploads of processes that were killed. Not every role may, and not every store can. */
  private int abortUploads(FolderPlan plan) {
    try {
      return store().abortUploads(folder.location(), name -> PartName.isOf(plan.jobId(), name));
    } catch (IOException e) {
      LOG.warn(
          "Unfinished uploads to {} could not be ended, and may take space: {}",
          folder.location(),
          e.toString());
      return 0;
    }
  }

  @Override
  public void close() {
    stores.close();
  }

  /** An object that appears when it is complete. */
  private final class ObjectPart implements PartSink {

    private final String location;
    private final OutputStream out;
    private boolean isClosed;

    ObjectPart(String location) throws IOException {
      this.location = location;
      this.out = store().create(location);
    }

    @Override
    public void write(byte[] source, int length) throws IOException {
      out.write(source, 0, length);
    }

    @Override
    public String complete() throws IOException {
      isClosed = true;
      out.close();
      return store().entityTag(location);
    }

    /** Ends the upload, which has no other end, and deletes its object. */
    @Override
    public void abandon() throws IOException {
      try {
        if (!isClosed) {
          isClosed = true;
          out.close();
        }
      } finally {
        store().delete(List.of(location));
      }
    }
  }
}
