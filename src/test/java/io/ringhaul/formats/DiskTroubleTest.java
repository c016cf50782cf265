package io.ringhaul.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.csv.CsvDialect;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.format.WriteMode;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Exports to a full or read-only disk: the error names the cause, the target is unchanged, and the
 * export continues when space is available. Uses an in-memory disk, which only root can mount.
 */
class DiskTroubleTest {

  private static final List<ColumnDescription> COLUMNS =
      List.of(
          new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
          new ColumnDescription("data", DataTypes.BLOB, Kind.REGULAR));
  private static final TableDescription TABLE = new TableDescription("ks", "t", COLUMNS);
  private static final int MEGABYTES = 4;
  private static final int LARGE = 64 << 10;
  private static final int SMALL = 8;
  private static final int TOO_MANY = 200;
  private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");
  private static final String FULL = "the disk is full; free some space";

  @TempDir private Path parent;

  private Disk disk() throws IOException {
    assumeTrue(Disk.canBeMounted(parent.resolve("try")), "This process may not mount a disk");
    return Disk.mount(parent.resolve("disk"), MEGABYTES);
  }

  @ParameterizedTest
  @EnumSource
  void taskThatFillsDiskLeavesNoFiles(Format format) throws IOException {
    try (Disk disk = disk()) {
      assertNothingLeft(format, disk.folder().resolve("out"), FULL);
    }
  }

  @ParameterizedTest
  @EnumSource
  void commitToFullDiskCanBeRepeated(Format format) throws IOException {
    try (Disk disk = disk()) {
      Path folder = disk.folder().resolve("out");
      export(format, folder, 1, 2, 3);
      TargetPlan plan;
      TaskOutput output;
      Map<String, Long> before = files(folder);
      try (TargetSession session = target(format, folder).open()) {
        plan = session.plan(description());
        output = write(session, plan, SMALL, 4);
        disk.fill();
        assertThatThrownBy(() -> session.commit(plan, List.of(output)))
            .isInstanceOf(StorageException.class)
            .isNotInstanceOf(UnknownCommitStateException.class)
            .hasMessageContaining(FULL);
        assertThat(files(folder)).containsAllEntriesOf(before);
        assertThat(ids(format, folder)).containsExactly(1, 2, 3);
      }
      disk.makeRoom();
      try (TargetSession session = target(format, folder).open()) {
        TargetPlan resumed = session.resume(plan, description(plan));
        session.clean(resumed, List.of(output));
        session.commit(resumed, List.of(output));
      }
      assertThat(ids(format, folder)).isEqualTo(after(format));
      assertThat(names(disk.folder())).containsExactly("out");
      assertThat(files(folder).keySet()).noneMatch(name -> name.endsWith(".tmp"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void readOnlyFolderIsUnchanged(Format format) throws IOException {
    try (Disk disk = disk()) {
      Path folder = disk.folder().resolve("out");
      export(format, folder, 1, 2, 3);
      TargetPlan plan;
      TaskOutput output;
      Map<String, Long> before = files(folder);
      try (TargetSession session = target(format, folder).open()) {
        plan = session.plan(description());
        output = write(session, plan, SMALL, 4);
      }
      disk.makeReadOnly();
      assertThatThrownBy(() -> commit(format, folder, plan, output))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageMatching("(?s).*(mounted read-only|is not writable by this process).*");
      assertThat(files(folder)).containsAllEntriesOf(before);
      assertThatThrownBy(() -> export(format, folder, 5))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContaining(folder.toString());
      disk.makeWritable();
      assertThat(ids(format, folder)).containsExactly(1, 2, 3);
      commit(format, folder, plan, output);
      assertThat(ids(format, folder)).isEqualTo(after(format));
    }
  }

  /** Limiting the file size needs no root rights, but applies to a whole process. */
  @Test
  void taskThatReachesFileSizeLimitLeavesNoFiles() throws Exception {
    assumeTrue(Files.isExecutable(PRLIMIT), "There is no prlimit here");
    Process process =
        new ProcessBuilder(
                List.of(
                    PRLIMIT.toString(),
                    "--fsize=" + (4 << 20),
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:-UsePerfData",
                    "-Xmx256m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Limited.class.getName(),
                    parent.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(new String(process.getInputStream().readAllBytes(), UTF_8).lines())
          .containsExactlyElementsOf(Stream.of(Format.values()).map(Format::name).toList());
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  /** The main class of the process with the limit. */
  static final class Limited {

    private Limited() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws IOException {
      for (Format format : Format.values()) {
        Path folder = Path.of(args[0], format.name());
        assertNothingLeft(format, folder, "the file has reached the maximum file size there");
        System.out.println(format);
      }
    }
  }

  private static void assertNothingLeft(Format format, Path folder, String reason)
      throws IOException {
    export(format, folder, 1, 2, 3);
    Map<String, Long> before = files(folder);
    try (TargetSession session = target(format, folder).open()) {
      TargetPlan plan = session.plan(description());
      assertThatThrownBy(() -> write(session, plan, LARGE, numbers(TOO_MANY)))
          .isExactlyInstanceOf(StorageException.class)
          .hasMessageContaining(folder.toString())
          .hasMessageContaining(reason);
      session.clean(plan, List.of());
    }
    assertThat(files(folder)).isEqualTo(before);
    assertThat(names(Objects.requireNonNull(folder.getParent())))
        .noneMatch(name -> name.startsWith("."));
    assertThat(ids(format, folder)).containsExactly(1, 2, 3);
  }

  private static ExportTarget target(Format format, Path folder) {
    return switch (format) {
      case ICEBERG -> IcebergTarget.warehouse(folder).table("it.exported").mode(WriteMode.APPEND);
      case PARQUET -> ParquetTarget.folder(folder).mode(WriteMode.APPEND);
      case CSV -> CsvTarget.folder(folder).mode(WriteMode.OVERWRITE);
      case CSV_OF_DSBULK ->
          CsvTarget.folder(folder).dialect(CsvDialect.DSBULK).mode(WriteMode.APPEND);
      case JSON -> JsonTarget.folder(folder).mode(WriteMode.APPEND);
      case JSON_ARRAY -> JsonTarget.folder(folder).singleArray().mode(WriteMode.APPEND);
    };
  }

  private static Set<Integer> after(Format format) {
    return new TreeSet<>(format == Format.CSV ? List.of(4) : List.of(1, 2, 3, 4));
  }

  private static int[] numbers(int count) {
    return IntStream.range(0, count).toArray();
  }

  private static ExportDescription description() {
    return description(UUID.randomUUID());
  }

  private static ExportDescription description(TargetPlan plan) {
    return description(UUID.fromString(plan.property("job-id")));
  }

  private static ExportDescription description(UUID job) {
    return new ExportDescription(job, TABLE, COLUMNS, 1, TokenRangeSet.wholeRing(), Map.of());
  }

  private static void export(Format format, Path folder, int... ids) {
    try (TargetSession session = target(format, folder).open()) {
      TargetPlan plan = session.plan(description());
      session.commit(plan, List.of(write(session, plan, SMALL, ids)));
    }
  }

  private static void commit(Format format, Path folder, TargetPlan plan, TaskOutput output) {
    try (TargetSession session = target(format, folder).open()) {
      session.commit(session.resume(plan, description(plan)), List.of(output));
    }
  }

  private static TaskOutput write(TargetSession session, TargetPlan plan, int bytes, int... ids) {
    Random random = new Random(1);
    try (TaskWriter writer = session.openTask(plan, COLUMNS, 0)) {
      for (int id : ids) {
        byte[] data = new byte[bytes];
        random.nextBytes(data);
        ByteBuffer key = ByteBuffer.allocate(4).putInt(0, id);
        writer.write(column -> column == 0 ? key : ByteBuffer.wrap(data));
      }
      return writer.finish();
    }
  }

  private static Set<Integer> ids(Format format, Path folder) {
    TreeSet<Integer> ids = new TreeSet<>();
    try (SourceSession session = format.source(folder).open()) {
      SourcePlan plan = session.plan(TABLE, List.of("id"), OptionalInt.empty());
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, TABLE.select(plan.columns()), task)) {
          for (RawRow row = reader.next(); row != null; row = reader.next()) {
            assertThat(ids.add(Objects.requireNonNull(row.bytes(0)).getInt(0))).isTrue();
          }
        }
      }
    }
    return ids;
  }

  /** Returns all files with their sizes, except those of the embedded catalog. */
  private static Map<String, Long> files(Path folder) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = folder.relativize(file).toString();
        if (!name.startsWith("catalog.db")) {
          sizes.put(name, Files.size(file));
        }
      }
    }
    return sizes;
  }

  /** Returns the files except lock files, which are never deleted. */
  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.endsWith(".ringhaul-lock"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
