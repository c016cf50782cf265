package io.ringhaul.internal.files;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.disk.LocalPaths;
import io.ringhaul.internal.storage.Locations;
import io.ringhaul.internal.storage.StorageProperties;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The target folder of an export, with the settings that the targets of all folder formats share.
 *
 * <p>Immutable: each method that changes a setting returns a new value.
 *
 * @param location an absolute path, or the URI of a folder in an object store
 * @param maxFileBytes the size at which a file is ended and the next one begun
 * @param mode how existing files in the folder are treated
 * @param storage how an object store is reached; not part of a plan
 */
public record TargetFolder(
    String location,
    Compression compression,
    long maxFileBytes,
    WriteMode mode,
    StorageProperties storage)
    implements TargetLocation {

  /** The default of {@link #maxFileBytes}: 128 MiB. */
  public static final long DEFAULT_FILE_BYTES = 128L << 20;

  public TargetFolder {
    if (maxFileBytes < 1) {
      throw new InvalidSettingException(
          "maxFileSize", "maxFileSize is " + maxFileBytes + " bytes; it must be 1 or more");
    }
    if (!Locations.isObject(location)) {
      Path path = Path.of(location).toAbsolutePath().normalize();
      if (path.getFileName() == null) {
        throw new InvalidSettingException(
            "folder", "An export cannot be written to " + path + " itself; use a folder in it");
      }
      location = path.toString();
    }
  }

  /** Returns a target that must be a new or empty folder, with files of about 128 MiB. */
  public static TargetFolder of(Path path, Compression compression) {
    return of(LocalPaths.require("folder", path).toString(), compression);
  }

  /** Returns a target in an object store, or a local one for a {@code file:} URI. */
  public static TargetFolder of(URI uri, Compression compression) {
    return of(Locations.require("folder", uri), compression);
  }

  private static TargetFolder of(String location, Compression compression) {
    return new TargetFolder(
        location, compression, DEFAULT_FILE_BYTES, WriteMode.CREATE, StorageProperties.NONE);
  }

  /** Returns whether the folder is in an object store. */
  boolean isObject() {
    return Locations.isObject(location);
  }

  /** Returns the path of a local folder. */
  Path path() {
    return Path.of(location);
  }

  /** Returns the target's parent folder, which contains the staging folder until the commit. */
  private Path workFolder() {
    Path real;
    try {
      real = DurableFiles.linkTarget(path());
    } catch (IOException e) {
      // Opening the target reports the problem with the link.
      real = path();
    }
    Path parent = real.getParent();
    return parent == null ? real : parent;
  }

  @Override
  public TargetSession open(OutputFormat format) {
    return new FolderTargetSession(this, format);
  }

  @Override
  public Optional<Path> localFolder() {
    return isObject() ? Optional.empty() : Optional.of(workFolder());
  }

  /** Returns the same settings for another folder. */
  TargetFolder at(Path other) {
    return new TargetFolder(other.toString(), compression, maxFileBytes, mode, storage);
  }

  @Override
  public TargetFolder withCompression(Compression other) {
    return new TargetFolder(location, other, maxFileBytes, mode, storage);
  }

  @Override
  public TargetFolder withMaxFileSize(long bytes) {
    return new TargetFolder(location, compression, bytes, mode, storage);
  }

  @Override
  public TargetFolder withStorage(Map<String, String> properties) {
    return new TargetFolder(
        location, compression, maxFileBytes, mode, new StorageProperties(properties));
  }

  @Override
  public Map<String, String> identity(String format, String settings) {
    return Map.of(
        "target format", format,
        "target folder", location,
        "target mode", mode.name(),
        "target compression", compression.name(),
        "target settings", settings);
  }

  @Override
  public TargetFolder withMode(WriteMode other) {
    return new TargetFolder(location, compression, maxFileBytes, other, storage);
  }
}
