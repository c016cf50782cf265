package io.ringhaul.internal.files;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.files.Manifest.PartFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a local target folder. They are in a hidden staging folder beside the target until
 * the commit, which adds the manifest and publishes all files in one step, under a file lock.
 *
 * <p>A new folder appears by one rename. An existing folder that is overwritten is first renamed to
 * a temporary name and deleted at the end. After a crash between the two renames, a repeated commit
 * completes the second one; planning, resuming or cleaning an export restores the old folder.
 * Appended files are published when the manifest is replaced. This is atomic for readers of the
 * manifest, but not for readers that list the folder's files, because the files are moved there one
 * by one before.
 */
final class LocalTargetFiles implements TargetFiles {

  private static final Logger LOG = LoggerFactory.getLogger(LocalTargetFiles.class);

  private final TargetFolder named;

  LocalTargetFiles(TargetFolder named) {
    this.named = named;
  }

  @Override
  public TargetState state(FolderPlan plan) throws IOException {
    // An overwrite moves the folder to a path beside the folder, not beside a link to it.
    Path path = DurableFiles.linkTarget(named.path());
    // The moved folder may belong to a running commit; the lock waits for its end.
    if (aside(path).isPresent()) {
      FolderLock.holding(path, () -> settle(path));
    }
    return found(named.at(path));
  }

  @Override
  public TargetState stateToCommit(FolderPlan plan) throws IOException {
    if (Files.exists(plan.aside())) {
      // An earlier attempt has moved the old folder away: this one continues with the second
      // rename.
      return new TargetState(plan.folder(), List.of(), Set.of(), Optional.empty(), null);
    }
    settle(plan.folder().path());
    return found(plan.folder());
  }

  private static TargetState found(TargetFolder target) throws IOException {
    Path path = target.path();
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return new TargetState(target, List.of(), Set.of(), Optional.empty(), null);
    }
    if (!Files.isDirectory(path)) {
      throw new StorageException(
          path.toString(), path + " is a file; the target of an export must be a folder", null);
    }
    // The commit renames the folder, not a link to it.
    Path real = path.toRealPath();
    Path parent = DurableFiles.parent(real);
    if (!Files.getFileStore(real).equals(Files.getFileStore(parent))) {
      throw new StorageException(
          real.toString(),
          real + " is a mount point, which cannot be replaced atomically; use a folder in it",
          null);
    }
    List<String> names = new ArrayList<>();
    Set<String> foreign = new HashSet<>();
    for (Path entry : entries(real)) {
      names.add(name(entry));
      if (target.mode() == WriteMode.OVERWRITE && isForeign(entry)) {
        foreign.add(name(entry));
      }
    }
    // Mode CREATE needs an empty folder, so a manifest is not read.
    return new TargetState(
        target.at(real),
        names,
        foreign,
        target.mode() == WriteMode.CREATE ? Optional.empty() : Manifest.find(real),
        null);
  }

  private static boolean isForeign(Path entry) {
    if (!Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    try {
      return (name(entry).equals(Manifest.NAME) || name(entry).equals(Manifest.OLD_NAME))
          && Manifest.isForeign(entry);
    } catch (IOException | IllegalArgumentException e) {
      return true;
    }
  }

  @Override
  public Optional<Manifest> manifest(FolderPlan plan) {
    return Manifest.find(plan.folder().path());
  }

  @Override
  public PartSink create(FolderPlan plan, String name) throws IOException {
    DurableFiles.createFolder(plan.staging());
    return new LocalPart(plan.staging().resolve(name));
  }

  @Override
  public void delete(FolderPlan plan, String name) throws IOException {
    Files.deleteIfExists(plan.staging().resolve(name));
  }

  @Override
  public Map<String, Long> sizes(FolderPlan plan, Collection<PartFile> files) throws IOException {
    Map<String, Long> sizes = new HashMap<>();
    for (PartFile file : files) {
      // An interrupted append may have moved it into the target folder.
      Path staged = plan.staging().resolve(file.name());
      Path path = Files.exists(staged) ? staged : plan.folder().path().resolve(file.name());
      if (Files.exists(path)) {
        sizes.put(file.name(), Files.size(path));
      }
    }
    return sizes;
  }

  @Override
  public String waiting(FolderPlan plan, String name) {
    return plan.staging().resolve(name).toString();
  }

  @Override
  public <T> T exclusively(FolderPlan plan, Step<T> step) throws IOException {
    return FolderLock.holding(plan.folder().path(), step::run);
  }

  @Override
  public void publish(FolderPlan plan, TargetState state, Manifest manifest, List<PartFile> files)
      throws IOException {
    Path folder = plan.folder().path();
    if (plan.folder().mode() == WriteMode.APPEND && Manifest.existsIn(folder)) {
      append(plan, manifest, files);
      return;
    }
    settleStaging(plan, manifest);
    if (plan.folder().mode() == WriteMode.OVERWRITE && Files.exists(folder)) {
      try {
        DurableFiles.rename(folder, plan.aside());
        DurableFiles.rename(plan.staging(), folder);
      } catch (IOException e) {
        if (!Files.exists(folder) && Files.exists(plan.aside())) {
          DurableFiles.rename(plan.aside(), folder);
        }
        throw e;
      }
    } else {
      DurableFiles.rename(plan.staging(), folder);
    }
    deleteQuietly(plan.aside());
  }

  /**
   * Prepares the staging folder for the rename: deletes files of other attempts and writes the
   * manifest.
   */
  private static void settleStaging(FolderPlan plan, Manifest manifest) throws IOException {
    Path staging = plan.staging();
    DurableFiles.createFolder(staging);
    Set<String> names = manifest.files().stream().map(PartFile::name).collect(Collectors.toSet());
    for (Path entry : entries(staging)) {
      if (!names.contains(name(entry))) {
        DurableFiles.delete(entry);
      }
    }
    DurableFiles.write(staging.resolve(Manifest.NAME), ManifestJson.text(manifest));
  }

  private static void append(FolderPlan plan, Manifest manifest, List<PartFile> files)
      throws IOException {
    Path folder = plan.folder().path();
    try {
      for (PartFile file : files) {
        Path staged = plan.staging().resolve(file.name());
        if (Files.exists(staged)) {
          Files.move(staged, folder.resolve(file.name()));
        }
      }
      DurableFiles.force(folder);
      DurableFiles.write(folder.resolve(Manifest.NAME), ManifestJson.text(manifest));
    } catch (IOException e) {
      if (!mayHold(plan, e)) {
        takeBack(plan, files);
      }
      throw e;
    }
    removeReplacedManifest(folder);
    deleteQuietly(plan.staging());
  }

  private static boolean mayHold(FolderPlan plan, IOException failure) {
    try {
      return Manifest.find(plan.folder().path())
          .filter(manifest -> manifest.holds(plan.jobId()))
          .isPresent();
    } catch (StorageException e) {
      failure.addSuppressed(e);
      return true;
    }
  }

  /** After a crash before this step both manifests exist, and the new one is used. */
  private static void removeReplacedManifest(Path folder) {
    try {
      Manifest.removeReplaced(folder);
    } catch (IOException e) {
      LOG.warn(
          "{} is no longer needed, but could not be deleted: {}",
          folder.resolve(Manifest.OLD_NAME),
          e.toString());
    }
  }

  /**
   * Moves the files back to the staging folder, so that readers without the manifest do not see
   * them.
   */
  private static void takeBack(FolderPlan plan, List<PartFile> files) {
    Path folder = plan.folder().path();
    for (PartFile file : files) {
      Path moved = folder.resolve(file.name());
      try {
        if (Files.exists(moved)) {
          Files.move(moved, plan.staging().resolve(file.name()));
        }
      } catch (IOException e) {
        LOG.warn(
            "{} is in no manifest, but could not be moved back to the staging folder: {}",
            moved,
            e.toString());
      }
    }
    deleteQuietly(DurableFiles.temporary(folder.resolve(Manifest.NAME)));
  }

  @Override
  public void tidy(FolderPlan plan, Manifest manifest) {
    deleteQuietly(plan.staging());
    deleteQuietly(plan.aside());
    removeReplacedManifest(plan.folder().path());
  }

  private static void deleteQuietly(Path leftover) {
    try {
      DurableFiles.delete(leftover);
    } catch (IOException e) {
      LOG.warn("{} is no longer needed, but could not be deleted: {}", leftover, e.toString());
    }
  }

  @Override
  public int clean(FolderPlan plan, List<PartFile> kept) throws IOException {
    Cleaning cleaning = new Cleaning(plan, kept);
    if (!Files.isDirectory(DurableFiles.parent(plan.folder().path()))) {
      // The lock file would recreate the parent folder.
      cleaning.requirePresent();
      return 0;
    }
    // Without leftovers nothing is written, not even the lock file.
    return cleaning.hasLeftovers() || !kept.isEmpty() ? exclusively(plan, cleaning::run) : 0;
  }

  /** Does nothing: no file is kept open between calls. */
  @Override
  public void close() {}

  /**
   * Recovers from an interrupted overwrite: undoes it after its first rename, deletes the replaced
   * folder after its second. The caller holds the folder's lock.
   *
   * @return the temporary path of the replaced folder
   */
  private static Optional<Path> settle(Path path) throws IOException {
    Optional<Path> aside = aside(path);
    if (aside.isEmpty()) {
      return aside;
    }
    if (Manifest.existsIn(path)) {
      DurableFiles.delete(aside.get());
    } else if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      LOG.warn(
          "{} is missing because an export that should overwrite it was interrupted; it is restored"
              + " from {}",
          path,
          aside.get());
      DurableFiles.rename(aside.get(), path);
    }
    return aside;
  }

  /** Returns the temporary path of a folder that an interrupted overwrite moved away. */
  static Optional<Path> aside(Path folder) throws IOException {
    Path parent = DurableFiles.parent(folder);
    if (!Files.isDirectory(parent)) {
      return Optional.empty();
    }
    String prefix = FolderPlan.hidden(folder, FolderPlan.OLD);
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(
            parent, entry -> entry.getFileName().toString().startsWith(prefix))) {
      for (Path entry : found) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  private static List<Path> entries(Path folder) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder)) {
      found.forEach(entries::add);
    }
    return entries;
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  /** A part file, which gets its name when it is complete and on disk. */
  private static final class LocalPart implements PartSink {

    private final Path path;
    private final FileChannel channel;

    LocalPart(Path path) throws IOException {
      this.path = path;
      this.channel =
          FileChannel.open(
              DurableFiles.temporary(path),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE);
    }

    @Override
    public void write(byte[] source, int length) throws IOException {
      ByteBuffer rest = ByteBuffer.wrap(source, 0, length);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    }

    @Override
    public String complete() throws IOException {
      try (channel) {
        channel.force(true);
      }
      DurableFiles.rename(DurableFiles.temporary(path), path);
      return "";
    }

    @Override
    public void abandon() throws IOException {
      channel.close();
      Files.deleteIfExists(DurableFiles.temporary(path));
    }
  }

  /**
   * Removes the leftovers of an export: its staging folder beside the target, and files that an
   * interrupted append moved into the target before it wrote the manifest. Of the latter, kept
   * files go back to the staging folder, so that readers without the manifest do not see them
   * either.
   *
   * <p>Files that the manifest lists are never changed. In a folder without a manifest no file is
   * changed.
   */
  private static final class Cleaning {

    private final FolderPlan plan;
    private final Path folder;
    private final Path staging;
    private final List<PartFile> kept;

    Cleaning(FolderPlan plan, List<PartFile> kept) {
      this.plan = plan;
      this.folder = plan.folder().path();
      this.staging = plan.staging();
      this.kept = kept;
    }

    boolean hasLeftovers() throws IOException {
      return Files.exists(staging)
          || Files.exists(plan.aside())
          || (Files.isDirectory(folder)
              && entries(folder).stream()
                  .anyMatch(entry -> PartName.isOf(plan.jobId(), name(entry))));
    }

    /** Removes the leftovers under the folder's lock. */
    int run() throws IOException {
      // An interrupted overwrite may have left the folder under its temporary name; restore it
      // first.
      settle(folder);
      Optional<Manifest> manifest = Manifest.find(folder);
      boolean isCommitted = manifest.filter(found -> found.holds(plan.jobId())).isPresent();
      Set<String> stay =
          isCommitted ? Set.of() : kept.stream().map(PartFile::name).collect(Collectors.toSet());
      if (!isCommitted) {
        requirePresent();
      }
      int removed = manifest.isPresent() ? cleanFolder(manifest.get(), stay) : 0;
      return removed + cleanStaging(stay);
    }

    /** Fails now if a kept file is missing, not hours later in the commit. */
    void requirePresent() {
      for (PartFile file : kept) {
        // The commit drops a file without rows if others have rows.
        if (file.rows() > 0
            && !Files.exists(staging.resolve(file.name()))
            && !Files.exists(folder.resolve(file.name()))) {
          throw new StorageException(
              staging.toString(),
              String.format(
                  "The file %s of the export %s is missing from %s; start a new export",
                  file.name(), plan.jobId(), staging),
              null);
        }
      }
    }

    private int cleanFolder(Manifest manifest, Set<String> stay) throws IOException {
      Set<String> named = manifest.files().stream().map(PartFile::name).collect(Collectors.toSet());
      int removed = 0;
      for (Path entry : entries(folder)) {
        String name = name(entry);
        if (!PartName.isOf(plan.jobId(), name)
            || named.contains(PartName.leftover(name).orElse(name))) {
          continue;
        }
        if (stay.contains(name)) {
          DurableFiles.createFolder(staging);
          DurableFiles.rename(entry, staging.resolve(name));
        } else if (Files.deleteIfExists(entry)) {
          removed++;
        }
      }
      // Manifests are written under the lock, so the process that wrote this one has ended.
      if (Files.deleteIfExists(DurableFiles.temporary(folder.resolve(Manifest.NAME)))) {
        removed++;
      }
      Manifest.removeReplaced(folder);
      return removed;
    }

    private int cleanStaging(Set<String> stay) throws IOException {
      if (!Files.isDirectory(staging)) {
        return 0;
      }
      int removed = 0;
      for (Path entry : entries(staging)) {
        if (!stay.contains(name(entry))) {
          removed += count(entry);
          DurableFiles.delete(entry);
        }
      }
      if (stay.isEmpty()) {
        DurableFiles.delete(staging);
      }
      return removed;
    }

    private static int count(Path entry) throws IOException {
      try (Stream<Path> files = Files.walk(entry)) {
        return (int) files.filter(file -> !Files.isDirectory(file)).count();
      }
    }
  }
}
