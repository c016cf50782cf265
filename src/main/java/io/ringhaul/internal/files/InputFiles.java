package io.ringhaul.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens files to read. */
final class InputFiles {

  private InputFiles() {}

  static InputStream open(Path path, long position) throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return Channels.newInputStream(channel.position(position));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }
}
