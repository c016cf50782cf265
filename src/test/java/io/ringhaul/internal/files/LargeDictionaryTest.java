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

/** Tests the memory limit for xz files: a small file can declare a large dictionary. */
class LargeDictionaryTest {

  /** Position of the first block's header, after the stream header. */
  private static final int BLOCK_HEADER = 12;

  private static final int DICTIONARY = BLOCK_HEADER + 4;

  /** The code of a dictionary of 1.5 GiB. */
  private static final byte HUGE = 37;

  @TempDir private Path folder;

  @Test
  void rejectsADictionaryLargerThanTheMemoryLimit() throws IOException {
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
            "Decompressing the file \\S+ needs 1536 MiB of memory, but the limit, a third of the"
                + " heap, is \\d+ MiB: set a larger heap \\(-Xmx\\) or decompress the file first");
  }

  private String content(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("rows.csv.xz"), bytes);
    try (InputStream in = SourceFile.whole(file, Compression.XZ, bytes.length).openText(UTF_8)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
