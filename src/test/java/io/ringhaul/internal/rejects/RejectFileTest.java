package io.ringhaul.internal.rejects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.TooManyRejectsException;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RejectFileTest {

  private static final UUID JOB = UUID.randomUUID();
  private static final RejectOwner OWNER = new RejectOwner(JOB, RejectFileTest::keepJob);

  @TempDir private Path folder;

  @Test
  void escapesAnyText() {
    List<ColumnDescription> columns =
        List.of(
            new ColumnDescription("a\"b", DataTypes.INT, Kind.REGULAR),
            new ColumnDescription("b", DataTypes.INT, Kind.REGULAR));
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {9, 0, (byte) 0xff, 127}).position(1);
    String line =
        new String(
            RejectLine.bytes(
                Json.object()
                    .put("x", "q\" \\ \n\u0000 \u00fc \uD83D\uDE00 \uD83D")
                    .set("values", RejectLine.node(columns, i -> i == 0 ? bytes : null))),
            UTF_8);
    assertThat(line)
        .isEqualTo(
            "{\"x\":\"q\\\" \\\\ \\n\\u0000 \u00fc \\uD83D\\uDE00 \\uD83D\","
                + "\"values\":{\"a\\\"b\":\"00ff7f\",\"b\":null}}\n");
    assertThat(bytes.position()).isEqualTo(1);
  }

  @Test
  void onlyOwnerCanReadFiles() throws IOException {
    Path path = folder.resolve("rejects.jsonl");
    try (RejectFile file = RejectFile.create(path, OWNER)) {
      append(file, "{}\n");
      Path temporary = file.temporary();
      assertThat(permissions(temporary)).isEqualTo("rw-------");
      Files.delete(temporary);
    }
    assertThat(permissions(path)).isEqualTo("rw-------");
    Path records = folder.resolve("rejects.records.json");
    RecordFiles.RecordFile record =
        new RecordFiles.RecordFile(records, Optional.empty(), List.of());
    assertThat(permissions(folder.resolve(".rejects.records.json.tmp"))).isEqualTo("rw-------");
    record.close();
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void keepsOrDiscardsFile() {
    Path path = folder.resolve("rejects.jsonl");
    try (RejectFile unused = RejectFile.create(path, OWNER)) {
      append(unused, "");
      unused.discard();
    }
    assertThat(path).doesNotExist();
    RejectFile back = RejectFile.create(path, OWNER);
    assertThat(append(back, "{}\n")).isEqualTo(3);
    assertThat(path).hasContent("{}\n");
    back.discard();
    assertThat(path).doesNotExist();
    try (RejectFile kept = RejectFile.create(path, OWNER)) {
      assertThat(append(kept, "{}\n")).isEqualTo(3);
      assertThat(append(kept, "")).isEqualTo(3);
      assertThat(append(kept, "{}\n")).isEqualTo(6);
    }
    assertThat(path).hasContent("{}\n{}\n");
    assertThatThrownBy(() -> RejectFile.create(path, OWNER))
        .isInstanceOf(StorageException.class)
        .hasMessageEndingWith("exists already; name another one");
  }

  @Test
  void resumeDropsLinesOfTasksThatAreNotDone() throws IOException {
    Path path = folder.resolve("resumed.jsonl");
    String torn = line(JOB, 7).substring(0, 60);
    Files.writeString(path, line(JOB, 1) + line(JOB, 12) + line(JOB, 1) + line(JOB, 3) + torn);
    Files.writeString(folder.resolve(".resumed.jsonl.17.tmp"), "left");
    Files.writeString(folder.resolve(".resumed.jsonl2.17.tmp"), "another's");
    assertThatThrownBy(() -> RejectFile.resume(path, OWNER, Map.of(1, 3L)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("it holds 2 rejected rows of job partition 1 instead of 3");
    assertThat(Files.size(path)).isEqualTo(4 * line(JOB, 1).length() + 1 + torn.length());
    try (RejectFile resumed = RejectFile.resume(path, OWNER, Map.of(1, 2L, 12, 1L, 4, 0L))) {
      assertThat(path).hasContent(line(JOB, 1) + line(JOB, 12) + line(JOB, 1));
      append(resumed, line(JOB, 3));
    }
    assertThat(folder.resolve(".resumed.jsonl.17.tmp")).doesNotExist();
    assertThat(folder.resolve(".resumed.jsonl2.17.tmp")).exists();
    // The task of a line in the middle runs again.
    Path records = Files.writeString(folder.resolve("resumed.records.csv"), "of an earlier run");
    try (RejectFile resumed = RejectFile.resume(path, OWNER, Map.of(1, 2L, 3, 1L))) {
      assertThat(path).hasContent(line(JOB, 1) + line(JOB, 1) + line(JOB, 3));
      assertThat(records).doesNotExist();
      long length = append(resumed, line(JOB, 12));
      assertThat(length).isEqualTo(Files.size(path));
    }
    assertThat(path).hasContent(line(JOB, 1) + line(JOB, 1) + line(JOB, 3) + line(JOB, 12));
    try (RejectFile fromTheStart = RejectFile.resume(path, OWNER, Map.of())) {
      assertThat(path).doesNotExist();
      append(fromTheStart, line(JOB, 0));
    }
    Files.writeString(path, torn);
    RejectFile.resume(path, OWNER, Map.of()).close();
    assertThat(path).doesNotExist();
    assertThatThrownBy(() -> RejectFile.resume(path, OWNER, Map.of(1, 3L)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("it is missing");
  }

  @Test
  void resumeAcceptsALineCutOffAnywhere() throws IOException {
    Path path = folder.resolve("cut.jsonl");
    String whole =
        String.format(
            "{\"job\":\"%s\",\"partition\":7,\"null\":null,\"reason\":\"\\u00e4 \u00fc\","
                + "\"values\":{\"a\":\"00\"}}\n",
            JOB);
    byte[] line = whole.getBytes(UTF_8);
    for (int length = 0; length < line.length; length++) {
      Files.write(path, Arrays.copyOf(line, length));
      RejectFile.resume(path, OWNER, Map.of()).close();
      assertThat(path).doesNotExist();
      Files.write(path, line(JOB, 1).getBytes(UTF_8));
      Files.write(path, Arrays.copyOf(line, length), StandardOpenOption.APPEND);
      RejectFile.resume(path, OWNER, Map.of(1, 1L)).close();
      assertThat(path).hasContent(line(JOB, 1));
    }
  }

  @Test
  void resumeReadsFieldsInAnyOrder() throws IOException {
    Path path = folder.resolve("order.jsonl");
    String own =
        String.format("{ \"values\": {\"job\": \"x\"}, \"partition\": 1, \"job\": \"%s\" }\n", JOB);
    Files.writeString(path, line(JOB, 3) + own + line(JOB, 3) + own);
    RejectFile.resume(path, OWNER, Map.of(1, 2L)).close();
    assertThat(path).hasContent(own + own);
  }

  @Test
  void resumeKeepsFilesOfOtherJobs() throws IOException {
    Path path = folder.resolve("other.jsonl");
    for (String other :
        List.of(line(UUID.randomUUID(), 1), "{\"table\":\"k.t\"}\n", "mine", "\n", "{}")) {
      Files.writeString(path, other);
      assertThatThrownBy(() -> RejectFile.resume(path, OWNER, Map.of()))
          .isInstanceOf(StorageException.class)
          .hasMessageEndingWith("exists already; name another one");
      Files.writeString(path, line(JOB, 1) + other);
      assertThatThrownBy(() -> RejectFile.resume(path, OWNER, Map.of(1, 1L)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("its line 2 does not belong to this job");
      assertThat(path).hasContent(line(JOB, 1) + other);
    }
    Files.delete(path);
    Path records = Files.writeString(folder.resolve("other.records.csv"), "mine");
    assertThatThrownBy(() -> RejectFile.resume(path, OWNER, Map.of()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(records + " exists already");
    assertThat(records).hasContent("mine");
  }

  @Test
  void writesLinesOnceIfCheckpointFails() throws IOException {
    Path path = folder.resolve("once.jsonl");
    try (RejectFile file = RejectFile.create(path, OWNER);
        TaskLines lines = new TaskLines(file::temporary)) {
      lines.add(line(JOB, 1).getBytes(UTF_8));
      LongConsumer failing =
          length -> {
            throw new IllegalStateException("the store is gone");
          };
      assertThatThrownBy(() -> file.append(lines, failing)).hasMessage("the store is gone");
      file.append(lines, length -> {});
    }
    assertThat(path).hasContent(line(JOB, 1));
  }

  @Test
  void failedWriteLeavesNothing() throws IOException {
    Path path = folder.resolve("full.jsonl");
    byte[] large = new byte[3 << 20];
    Arrays.fill(large, (byte) 'x');
    try (RejectFile file = RejectFile.create(path, OWNER)) {
      append(file, line(JOB, 1));
      try (TaskLines lines = new TaskLines(file::temporary)) {
        lines.add(large);
        // The spilled part is deleted, so that writing the lines fails midway.
        RejectLeftovers.remove(path);
        lines.add(line(JOB, 2).getBytes(UTF_8));
        assertThatThrownBy(() -> file.append(lines, length -> {}))
            .isInstanceOf(StorageException.class)
            .hasMessageStartingWith("Rejected rows cannot be written to " + path);
      }
      append(file, line(JOB, 3));
    }
    assertThat(path).hasContent(line(JOB, 1) + line(JOB, 3));
  }

  @Test
  void createsFileDespiteInterrupt() {
    Path path = folder.resolve("interrupted.jsonl");
    try (RejectFile file = RejectFile.create(path, OWNER)) {
      Thread.currentThread().interrupt();
      append(file, line(JOB, 1));
      assertThat(Thread.interrupted()).isTrue();
      append(file, line(JOB, 2));
    }
    assertThat(path).hasContent(line(JOB, 1) + line(JOB, 2));
  }

  @Test
  void processThatLostTheJobDoesNotChangeFile() throws IOException {
    Path path = folder.resolve("lost.jsonl");
    AtomicBoolean lost = new AtomicBoolean();
    RejectOwner owner =
        new RejectOwner(
            JOB,
            () -> {
              if (lost.get()) {
                throw new IllegalStateException("another process has the job");
              }
            });
    try (RejectFile file = RejectFile.create(path, owner)) {
      append(file, line(JOB, 1));
      lost.set(true);
      Files.writeString(path, line(JOB, 2), StandardOpenOption.APPEND);
      assertThatThrownBy(() -> append(file, line(JOB, 3)))
          .hasMessage("another process has the job");
      lost.set(false);
      assertThatThrownBy(() -> append(file, line(JOB, 3)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("bytes, but should have " + line(JOB, 1).length());
    }
    assertThat(path).hasContent(line(JOB, 1) + line(JOB, 2));
  }

  @Test
  void deletesTemporaryFilesOfKilledProcess() throws IOException {
    Path path = folder.resolve("r.jsonl");
    List<String> left =
        List.of(".r.jsonl.17.tmp", ".r.jsonl.tmp", ".r.records.csv.tmp", ".r.records-2.json.tmp");
    List<String> others =
        List.of("r.jsonl", "r.records.csv", ".r.recordsof.tmp", ".r2.jsonl.1.tmp");
    for (String name : left) {
      Files.writeString(folder.resolve(name), "left");
    }
    for (String name : others) {
      Files.writeString(folder.resolve(name), "mine");
    }
    assertThat(RejectedRows.cleanLeftovers(path)).isEqualTo(left.size());
    assertThat(files()).containsExactlyInAnyOrderElementsOf(others);
    assertThat(RejectedRows.cleanLeftovers(path)).isZero();
    assertThat(RejectedRows.cleanLeftovers(folder.resolve("missing").resolve("r.jsonl"))).isZero();
  }

  @Test
  void shareLimitIsExact() {
    for (int percent = 0; percent <= 100; percent++) {
      RejectLimit limit = RejectLimit.NONE.withShare(percent / 100.0);
      for (int read = 100; read <= 1_000_000; read *= 10) {
        long most = (long) percent * read / 100;
        limit.require(most, read, "");
        if (percent < 100) {
          int all = read;
          assertThatThrownBy(() -> limit.require(most + 1, all, ""))
              .isInstanceOf(TooManyRejectsException.class);
        }
      }
    }
  }

  private static String line(UUID job, int task) {
    return "{\"job\":\"" + job + "\",\"partition\":" + task + ",\"table\":\"k.t\"}\n";
  }

  @Test
  void spillsLinesOfATaskToAFile() throws IOException {
    Path path = folder.resolve("many.jsonl");
    byte[] line = ("x".repeat(999) + "\n").getBytes(UTF_8);
    try (RejectFile file = RejectFile.create(path, OWNER);
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

  private static void keepJob() {}

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
