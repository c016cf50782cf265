package io.ringhaul.internal.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of xz says how large its dictionary is, be it ever so small itself. */
class LargeDictionaryTest {

  /** The header of the first block follows that of the stream. */
  private static final int BLOCK_HEADER = 12;

  private static final int DICTIONARY = BLOCK_HEADER + 4;

  /** 1.5 GiB. */
  private static final byte HUGE = 37;

  @TempDir private Path folder;

  @Test
  void refusesADictionaryThatTheHeapHasNoRoomFor() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = Compressions.compress(Compression.XZ, bytes)) {
      out.write("id\n1\n".getBytes(UTF_8));
    }
    byte[] file = bytes.toByteArray();
    assertThat(content(file)).isEqualTo("id\n1\n");

    file[DICTIONARY] = HUGE;
    int length = (file[BLOCK_HEADER] + 1) * 4;
    CRC32 checksum = new CRC32();
    checksum.update(file, BLOCK_HEADER, length - 4);
    ByteBuffer.wrap(file)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(BLOCK_HEADER + length - 4, (int) checksum.getValue());
    assertThatThrownBy(() -> content(file))
        .isInstanceOf(StorageException.class)
        .hasMessageMatching(
            "The file \\S+ takes 1536 MiB of memory to be decompressed, and a third of the heap of"
                + " this process is \\d+ MiB: give it a larger heap \\(-Xmx\\), or decompress the"
                + " file before");
  }

  private String content(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("rows.csv.xz"), bytes);
    try (InputStream in = SourceFile.whole(file, Compression.XZ, bytes.length).openText(UTF_8)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
