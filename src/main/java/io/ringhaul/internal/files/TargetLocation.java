package io.ringhaul.internal.files;

import io.ringhaul.format.Compression;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where an export of text writes: a folder of files, or a stream. Immutable. */
public sealed interface TargetLocation permits TargetFolder, TargetStream {

  /** Returns this location with another compression. */
  TargetLocation withCompression(Compression compression);

  /**
   * Returns this location with another maximum file size.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if {@code bytes} is less than 1, or if
   *     the location is a stream
   */
  TargetLocation withMaxFileSize(long bytes);

  /**
   * Returns this location with another mode.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the location is a stream
   */
  TargetLocation withMode(WriteMode mode);

  /**
   * Returns this location with the properties of its object store.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the location is a stream
   */
  TargetLocation withStorage(Map<String, String> properties);

  /**
   * Returns the settings that must not change when an export is resumed.
   *
   * @param settings the format's own settings as text
   */
  Map<String, String> identity(String format, String settings);

  /** Opens the location for an export in a format. */
  TargetSession open(OutputFormat format);

  /** Returns the local folder in which files are created; empty for a stream. */
  Optional<Path> localFolder();
}
