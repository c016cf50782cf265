package io.ringhaul.cli.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {

  @TempDir Path folder;

  @Test
  void returnsLastLinesOfNonEmptyFiles() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.log"));
    Path shortLog = Files.writeString(folder.resolve("short.log"), "one\ntwo\n");
    Path longLog =
        Files.write(
            folder.resolve("long.log"),
            IntStream.rangeClosed(1, 5_000).mapToObj(number -> "line " + number).toList());

    List<String> tail =
        SandboxNode.LogTail.of(List.of(folder.resolve("missing.log"), empty, shortLog, longLog))
            .lines()
            .toList();

    assertThat(tail).startsWith("--- the end of " + shortLog, "one", "two");
    assertThat(tail.get(3)).isEqualTo("--- the end of " + longLog);
    assertThat(tail.subList(4, tail.size()))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(4_976, 5_000).mapToObj(number -> "line " + number).toList());
  }
}
