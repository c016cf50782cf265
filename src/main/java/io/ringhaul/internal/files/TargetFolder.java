package io.ringhaul.internal.files;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.disk.LocalPaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The target folder of an export, with the settings that the targets of all folder formats share.
 *
 * <p>Immutable: each method that changes a setting returns a new value.
 *
 * @param maxFileBytes the size at which a file is ended and the next one begun
 * @param mode how existing files in the folder are treated
 */
public record TargetFolder(Path path, Compression compression, long maxFileBytes, WriteMode mode)
    implements TargetLocation {

  /** The default of {@link #maxFileBytes}: 128 MiB. */
  public static final long DEFAULT_FILE_BYTES = 128L << 20;

  public TargetFolder {
    path = LocalPaths.require("folder", path).toAbsolutePath().normalize();
    if (maxFileBytes < 1) {
      throw new InvalidSettingException(
          "maxFileSize", "maxFileSize is " + maxFileBytes + " bytes; it must be 1 or more");
    }
    if (path.getFileName() == null) {
      throw new InvalidSettingException(
          "folder", "An export cannot be written to " + path + " itself; use a folder in it");
    }
  }

  /** Returns a target that must be a new or empty folder, with files of about 128 MiB. */
  public static TargetFolder of(Path path, Compression compression) {
    return new TargetFolder(path, compression, DEFAULT_FILE_BYTES, WriteMode.CREATE);
  }

  /** Returns the target's parent folder, which contains the staging folder until the commit. */
  private Path workFolder() {
    Path real;
    try {
      real = DurableFiles.linkTarget(path);
    } catch (IOException e) {
      // Opening the target reports the problem with the link.
      real = path;
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
    return Optional.of(workFolder());
  }

  @Override
  public TargetFolder withCompression(Compression other) {
    return new TargetFolder(path, other, maxFileBytes, mode);
  }

  @Override
  public TargetFolder withMaxFileSize(long bytes) {
    return new TargetFolder(path, compression, bytes, mode);
  }

  @Override
  public Map<String, String> identity(String format, String settings) {
    return Map.of(
        "target format", format,
        "target folder", path.toString(),
        "target mode", mode.name(),
        "target compression", compression.name(),
        "target settings", settings);
  }

  @Override
  public TargetFolder withMode(WriteMode other) {
    return new TargetFolder(path, compression, maxFileBytes, other);
  }
}
