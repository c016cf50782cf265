package io.ringhaul.internal.files;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A stream to which an export writes, and which its owner closes. */
public record TargetStream(OutputStream out, Compression compression) implements TargetLocation {

  public TargetStream {
    Objects.requireNonNull(out, "out");
  }

  @Override
  public TargetStream withCompression(Compression other) {
    return new TargetStream(out, other);
  }

  @Override
  public TargetStream withMaxFileSize(long bytes) {
    throw new InvalidSettingException(
        "maxFileSize", "maxFileSize is for a folder of files; a stream is not divided");
  }

  @Override
  public TargetStream withMode(WriteMode mode) {
    throw new InvalidSettingException(
        "mode", "mode is for a folder; a stream has no earlier files to treat");
  }

  @Override
  public TargetStream withStorage(Map<String, String> properties) {
    throw new InvalidSettingException(
        "storage", "storage is for a folder in an object store, and the target is a stream");
  }

  @Override
  public Map<String, String> identity(String format, String settings) {
    return Map.of("target format", format);
  }

  @Override
  public TargetSession open(OutputFormat format) {
    return new StreamTargetSession(this, format);
  }

  @Override
  public Optional<Path> localFolder() {
    return Optional.empty();
  }
}
