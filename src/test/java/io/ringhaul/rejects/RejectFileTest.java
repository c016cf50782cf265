package io.ringhaul.rejects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RejectFileTest {

  @TempDir private Path folder;

  @Test
  void aLineHoldsAnyText() {
    List<ColumnDescription> columns =
        List.of(
            new ColumnDescription("a\"b", DataTypes.INT, Kind.REGULAR),
            new ColumnDescription("b", DataTypes.INT, Kind.REGULAR));
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {9, 0, (byte) 0xff, 127}).position(1);
    String line =
        new String(
            new JsonLine()
                .put("x", "q\" \\ \n\u0000 \u00fc \uD83D\uDE00 \uD83D")
                .putHex("values", columns, i -> i == 0 ? bytes : null)
                .end(),
            UTF_8);
    assertThat(line)
        .isEqualTo(
            "{\"x\":\"q\\\" \\\\ \\u000a\\u0000 \u00fc \\ud83d\\ude00 \\ud83d\","
                + "\"values\":{\"a\\\"b\":\"00ff7f\",\"b\":null}}\n");
    assertThat(bytes.position()).isEqualTo(1);
  }

  @Test
  void aFileStaysOrIsTakenBack() {
    Path path = folder.resolve("rejects.jsonl");
    try (RejectFile unused = RejectFile.create(path)) {
      append(unused, "");
      unused.discard();
    }
    assertThat(path).doesNotExist();
    RejectFile back = RejectFile.create(path);
    assertThat(append(back, "{}\n")).isEqualTo(3);
    assertThat(path).hasContent("{}\n");
    back.discard();
    assertThat(path).doesNotExist();
    try (RejectFile kept = RejectFile.create(path)) {
      assertThat(append(kept, "{}\n")).isEqualTo(3);
      assertThat(append(kept, "")).isEqualTo(3);
      assertThat(append(kept, "{}\n")).isEqualTo(6);
    }
    assertThat(path).hasContent("{}\n{}\n");
    assertThatThrownBy(() -> RejectFile.create(path))
        .isInstanceOf(StorageException.class)
        .hasMessageEndingWith("exists already; name another one");
  }

  @Test
  void aResumedFileIsCutToItsCheckpoint() throws IOException {
    Path path = folder.resolve("resumed.jsonl");
    Files.writeString(path, "{\"a\":1}\n{\"a\":2}\n{\"a\"");
    Files.writeString(folder.resolve(".resumed.jsonl.17.tmp"), "left");
    Files.writeString(folder.resolve(".resumed.jsonl2.17.tmp"), "another's");
    assertThatThrownBy(() -> RejectFile.resume(path, 16, "{\"b\""))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("its lines are of another kind or table");
    assertThatThrownBy(() -> RejectFile.resume(path, 15, "{\"a\""))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("no line ends where the checkpoint was made");
    assertThatThrownBy(() -> RejectFile.resume(path, 100, "{\"a\""))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("it has 20 bytes and had 100 at the checkpoint");
    try (RejectFile resumed = RejectFile.resume(path, 16, "{\"a\"")) {
      assertThat(append(resumed, "{}\n")).isEqualTo(19);
    }
    assertThat(path).hasContent("{\"a\":1}\n{\"a\":2}\n{}\n");
    assertThat(folder.resolve(".resumed.jsonl.17.tmp")).doesNotExist();
    assertThat(folder.resolve(".resumed.jsonl2.17.tmp")).exists();
    try (RejectFile fromTheStart = RejectFile.resume(path, 0, "{\"a\"")) {
      assertThat(path).doesNotExist();
      assertThat(append(fromTheStart, "{}\n")).isEqualTo(3);
    }
    Files.delete(path);
    assertThatThrownBy(() -> RejectFile.resume(path, 3, "{"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("it is missing");
  }

  @Test
  void manyLinesOfATaskWaitInAFile() throws IOException {
    Path path = folder.resolve("many.jsonl");
    byte[] line = ("x".repeat(999) + "\n").getBytes(UTF_8);
    try (RejectFile file = RejectFile.create(path);
        TaskLines lines = new TaskLines(file::temporary)) {
      for (int i = 0; i < 5_000; i++) {
        line[0] = (byte) ('a' + i % 26);
        lines.add(line);
      }
      assertThat(files()).hasSize(1).allMatch(name -> name.matches("\\.many\\.jsonl\\..*\\.tmp"));
      file.append(lines, length -> assertThat(length).isEqualTo(5_000_000));
    }
    assertThat(files()).containsExactly("many.jsonl");
    List<String> kept = Files.readAllLines(path);
    assertThat(kept).hasSize(5_000);
    for (int i = 0; i < 5_000; i++) {
      assertThat(kept.get(i)).hasSize(999).startsWith("" + (char) ('a' + i % 26));
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).toList();
    }
  }

  private static long append(RejectFile file, String text) {
    AtomicLong length = new AtomicLong();
    try (TaskLines lines = new TaskLines(file::temporary)) {
      if (!text.isEmpty()) {
        lines.add(text.getBytes(UTF_8));
      }
      file.append(lines, length::set);
    }
    return length.get();
  }
}
