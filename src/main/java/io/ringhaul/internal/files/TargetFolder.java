package io.ringhaul.internal.files;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.disk.DurableFiles;
import io.ringhaul.internal.disk.LocalPaths;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The folder that an export goes to: the settings that the targets of all folder formats share.
 *
 * <p>Immutable: each method that changes a setting gives a new value.
 *
 * @param path the folder
 * @param compression how its files are compressed
 * @param maxFileBytes the size at which a file is ended and another begun
 * @param mode what becomes of what the folder holds
 */
public record TargetFolder(Path path, Compression compression, long maxFileBytes, WriteMode mode) {

  /** The size at which a file is ended unless another is set: 128 MiB. */
  public static final long DEFAULT_FILE_BYTES = 128L << 20;

  public TargetFolder {
    path = LocalPaths.require("folder", path).toAbsolutePath().normalize();
    if (maxFileBytes < 1) {
      throw new InvalidSettingException(
          "maxFileSize", "maxFileSize is " + maxFileBytes + " bytes; it takes 1 or more");
    }
    if (path.getFileName() == null) {
      throw new InvalidSettingException(
          "folder", "An export cannot be written to " + path + " itself; name a folder in it");
    }
  }

  /** A new folder, or an empty one, with files of 128 MiB at most. */
  public static TargetFolder of(Path path, Compression compression) {
    return new TargetFolder(path, compression, DEFAULT_FILE_BYTES, WriteMode.CREATE);
  }

  /** The folder beside which the files lie until the commit: the one that holds the target. */
  public Path workFolder() {
    Path real;
    try {
      real = DurableFiles.linkTarget(path);
    } catch (IOException e) {
      // Whoever opens the target says what is wrong with the link.
      real = path;
    }
    Path parent = real.getParent();
    return parent == null ? real : parent;
  }

  /** Returns this folder with another compression. */
  public TargetFolder withCompression(Compression other) {
    return new TargetFolder(path, other, maxFileBytes, mode);
  }

  /**
   * Returns this folder with another size of files.
   *
   * @param bytes 1 or more
   * @throws InvalidSettingException if it is out of bounds
   */
  public TargetFolder withMaxFileSize(long bytes) {
    return new TargetFolder(path, compression, bytes, mode);
  }

  /**
   * What must stay the same for an export to be taken up.
   *
   * @param format the format's name
   * @param settings the format's own, in a text
   */
  public Map<String, String> identity(String format, String settings) {
    return Map.of(
        "target format", format,
        "target folder", path.toString(),
        "target mode", mode.name(),
        "target compression", compression.name(),
        "target settings", settings);
  }

  /** Returns this folder with another mode. */
  public TargetFolder withMode(WriteMode other) {
    return new TargetFolder(path, compression, maxFileBytes, other);
  }
}
