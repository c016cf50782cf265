package io.ringhaul.internal.iceberg;

import java.io.IOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.jspecify.annotations.Nullable;

/** An output file that remembers its stream: Parquet does not close it when it fails midway. */
final class CapturedOutput implements OutputFile {

  private final OutputFile file;
  private @Nullable PositionOutputStream stream;

  CapturedOutput(OutputFile file) {
    this.file = file;
  }

  @Override
  public PositionOutputStream create() {
    PositionOutputStream created = file.create();
    stream = created;
    return created;
  }

  @Override
  public PositionOutputStream createOrOverwrite() {
    PositionOutputStream created = file.createOrOverwrite();
    stream = created;
    return created;
  }

  @Override
  public String location() {
    return file.location();
  }

  @Override
  public InputFile toInputFile() {
    return file.toInputFile();
  }

  /** Closes the stream of a file that nobody will use. */
  void abandon() {
    try {
      if (stream != null) {
        stream.close();
      }
    } catch (IOException | RuntimeException e) {
      // It is deleted next; what matters is that the handle is gone.
    }
  }
}
