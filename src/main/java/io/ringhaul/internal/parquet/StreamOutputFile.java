package io.ringhaul.internal.parquet;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/** Lets Iceberg's writers write to a stream, which they leave open. */
final class StreamOutputFile implements OutputFile {

  private final OutputStream out;
  private long position;

  StreamOutputFile(OutputStream out) {
    this.out = out;
  }

  /** Bytes written so far. */
  long position() {
    return position;
  }

  @Override
  public PositionOutputStream create() {
    return new Stream();
  }

  @Override
  public PositionOutputStream createOrOverwrite() {
    return create();
  }

  @Override
  public String location() {
    return "part.parquet";
  }

  @Override
  public InputFile toInputFile() {
    throw new UnsupportedOperationException("The file is being written");
  }

  private final class Stream extends PositionOutputStream {
    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      position++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
      position += length;
    }
  }
}
