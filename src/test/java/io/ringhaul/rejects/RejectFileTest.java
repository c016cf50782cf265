package io.ringhaul.rejects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
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
    try (RejectFile unused = new RejectFile(path)) {
      unused.finish();
      unused.discard();
    }
    assertThat(path).doesNotExist();
    RejectFile back = new RejectFile(path);
    back.write("{}\n".getBytes(UTF_8));
    assertThat(path).hasContent("{}\n");
    back.discard();
    assertThat(path).doesNotExist();
    try (RejectFile kept = new RejectFile(path)) {
      kept.write("{}\n".getBytes(UTF_8));
      kept.finish();
    }
    assertThat(path).hasContent("{}\n");
    assertThatThrownBy(() -> new RejectFile(path))
        .isInstanceOf(StorageException.class)
        .hasMessageEndingWith("exists already; name another one");
  }
}
