package io.ringhaul.internal.iceberg;

import static io.ringhaul.internal.cql.CqlBytes.integer;
import static io.ringhaul.internal.iceberg.Exports.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.exceptions.DiskLimitException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.FinalStep;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.limits.DiskBoundTarget;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartitionStepsTest {

  private static final String TABLE = "lake.t";

  private static final TableDescription SOURCE =
      Exports.table(
          new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
          new ColumnDescription("part", DataTypes.INT, Kind.REGULAR),
          new ColumnDescription("v", DataTypes.BLOB, Kind.REGULAR));

  private static final int TASKS = 6;
  private static final int PARTITIONS = 5;
  private static final int ROWS = TASKS * PARTITIONS * 4;

  private final UUID job = UUID.randomUUID();
  @TempDir private Path folder;

  @Test
  void writesTheBytesAndMetricsThatTasksWouldWrite() {
    List<DataType> types =
        List.of(
            DataTypes.DOUBLE,
            DataTypes.FLOAT,
            DataTypes.UUID,
            DataTypes.TEXT,
            DataTypes.DECIMAL,
            DataTypes.TIMESTAMP,
            DataTypes.DURATION,
            DataTypes.listOf(DataTypes.DOUBLE),
            DataTypes.mapOf(DataTypes.TEXT, DataTypes.INT));
    List<ColumnDescription> columns =
        new ArrayList<>(
            List.of(
                new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
                new ColumnDescription("part", DataTypes.INT, Kind.REGULAR)));
    for (int i = 0; i < types.size(); i++) {
      columns.add(new ColumnDescription("v" + i, types.get(i), Kind.REGULAR));
    }
    TableDescription table = Exports.table(columns.toArray(ColumnDescription[]::new));
    Seeds.each(
        1,
        random -> {
          CqlGenerator generator = new CqlGenerator(random);
          List<List<@Nullable ByteBuffer>> rows = new ArrayList<>();
          for (int id = 0; id < 300; id++) {
            List<@Nullable ByteBuffer> row = row(integer(id), integer(id % 7));
            for (DataType type : types) {
              row.add(random.nextInt(9) == 0 ? null : generator.value(type));
            }
            rows.add(row);
          }
          // A NaN with a payload, and a negative zero.
          rows.get(0).set(2, CqlBytes.hex("fff0000000000001"));
          rows.get(1).set(2, CqlBytes.hex("8000000000000000"));
          rows.get(2).set(3, CqlBytes.hex("7fc12345"));

          Path direct = folder.resolve("direct" + random.nextLong());
          Path grouped = folder.resolve("grouped" + random.nextLong());
          Exports.run(
              target(direct).property("write.distribution-mode", "none"), table, array(rows));
          Exports.run(target(grouped), table, array(rows));

          assertThat(imported(grouped, table, columns)).isEqualTo(imported(direct, table, columns));
          assertThat(imported(grouped, table, columns))
              .contains(rows.get(0).stream().map(v -> v == null ? null : CqlBytes.hex(v)).toList());
          assertThat(metrics(grouped)).hasSize(7).isEqualTo(metrics(direct));
        });
  }

  @Test
  void writesOneFileForEachPartitionAndTargetSize() {
    int size = 1 << 20;
    int blob = 100_000;
    Random random = new Random(7);
    List<TaskOutput> outputs = new ArrayList<>();
    try (TargetSession session = target(folder).targetFileSize(size).open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      for (int task = 0; task < 8; task++) {
        List<List<@Nullable ByteBuffer>> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          byte[] bytes = new byte[blob];
          random.nextBytes(bytes);
          // Partition 0 gets half of the rows.
          rows.add(
              row(integer(task * 20 + i), integer(i % 2 == 0 ? 0 : i % 4), ByteBuffer.wrap(bytes)));
        }
        outputs.add(write(session, plan, task, array(rows)));
      }
      List<FinalStep> steps = session.finalSteps(plan, SOURCE.columns(), outputs);
      // Partition 0 has 8 MB of rows, and a final step gets 4 MB or a little more.
      assertThat(steps).hasSize(2 + 1 + 1);
      session.commit(plan, Exports.withFinalSteps(session, plan, SOURCE, outputs));
    }
    inspect(
        table -> {
          List<DataFile> files = Warehouse.dataFiles(table);
          long bytes = files.stream().mapToLong(DataFile::fileSizeInBytes).sum();
          assertThat(files.size()).isLessThanOrEqualTo((int) (bytes / size) + 4).isGreaterThan(10);
          assertThat(files).allMatch(file -> file.fileSizeInBytes() < size + 2 * blob);
          assertThat(Warehouse.eachFileHoldsOnePartition(table)).hasSize(3);
        });
    assertExact(8 * 20);
  }

  @Test
  void resumesWithMissingFinalStepsOnly() {
    TargetPlan plan;
    List<TaskOutput> outputs;
    try (TargetSession session = target(folder).open()) {
      plan = session.plan(Exports.description(SOURCE, job));
      outputs = new ArrayList<>(tasks(session, plan));
      List<FinalStep> steps = session.finalSteps(plan, SOURCE.columns(), outputs);
      assertThat(steps).hasSize(PARTITIONS);
      outputs.add(steps.get(3).run(bytes -> {}));
      outputs.add(steps.get(1).run(bytes -> {}));
      // The process is killed before the output of this final step is stored.
      TaskOutput lost = steps.get(0).run(bytes -> {});
      assertThat(lost.rows()).isEqualTo(ROWS / PARTITIONS);
    }
    try (TargetSession session = target(folder).open()) {
      TargetPlan resumed = session.resume(plan, Exports.description(SOURCE, job));
      assertThat(session.damaged(resumed, outputs)).isEmpty();
      assertThat(session.clean(resumed, outputs)).isEqualTo(1);
      List<FinalStep> missing = session.finalSteps(resumed, SOURCE.columns(), outputs);
      assertThat(missing).hasSize(PARTITIONS - 2);
      missing.forEach(step -> outputs.add(step.run(bytes -> {})));
      assertThat(session.commit(resumed, outputs).files()).isEqualTo(PARTITIONS);
      // A second run finds the commit, although the row files are deleted.
      assertThat(session.finalSteps(resumed, SOURCE.columns(), outputs.subList(0, TASKS)))
          .isEmpty();
      assertThat(session.commit(resumed, outputs).files()).isEqualTo(PARTITIONS);
    }
    assertExact(ROWS);
  }

  @Test
  void repeatsFinalStepsOfATaskThatRanAgain() {
    try (TargetSession session = target(folder).open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      List<TaskOutput> tasks = tasks(session, plan);
      List<TaskOutput> outputs = Exports.withFinalSteps(session, plan, SOURCE, tasks);
      new LocalFileIO()
          .deleteFile(JobOutputs.of(tasks.subList(2, 3), spec(plan)).locations().get(0));
      assertThat(session.damaged(plan, outputs)).containsExactly(tasks.get(2));

      List<TaskOutput> again = new ArrayList<>(outputs);
      again.set(2, task(session, plan, 2));
      assertThat(session.damaged(plan, again))
          .containsExactlyInAnyOrderElementsOf(outputs.subList(TASKS, outputs.size()));
      assertThatThrownBy(() -> session.commit(plan, again))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(ROWS + " rows of finished tasks are in no data file");
      session.commit(plan, Exports.withFinalSteps(session, plan, SOURCE, again));
    }
    assertExact(ROWS);
  }

  @Test
  void failedFinalStepLeavesNoFileAndCanBeRepeated() throws IOException {
    try (TargetSession session = target(folder).open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      List<TaskOutput> tasks = tasks(session, plan);
      Path file =
          LocalFileIO.path(JobOutputs.of(tasks.subList(0, 1), spec(plan)).locations().get(0));
      List<FinalStep> steps = session.finalSteps(plan, SOURCE.columns(), tasks);
      byte[] whole = Files.readAllBytes(file);
      byte[] damaged = whole.clone();
      for (int i = 0; i < damaged.length / 2; i++) {
        damaged[i] ^= 0x55;
      }
      Files.write(file, damaged);
      assertThatThrownBy(() -> steps.forEach(step -> step.run(bytes -> {})))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("Writing data files of the Iceberg table lake.t")
          .hasMessageContaining(file + " cannot be read: its rows are damaged");
      Files.write(file, new byte[whole.length]);
      assertThatThrownBy(() -> session.finalSteps(plan, SOURCE.columns(), tasks))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(file + " cannot be read: its end is damaged")
          .hasMessageContaining("resume the job");
      Files.write(file, whole);
      assertThatThrownBy(
              () ->
                  steps.forEach(
                      step ->
                          step.run(
                              bytes -> {
                                throw new IllegalStateException("stop");
                              })))
          .hasMessage("stop");
      assertThat(Warehouse.parquetFilesIn(folder)).hasSize(TASKS);
      session.commit(plan, Exports.withFinalSteps(session, plan, SOURCE, tasks));
    }
    assertExact(ROWS);
  }

  @Test
  void keepsRowFilesAndDataFilesWithinTheDiskLimit() {
    TargetPlan plan;
    List<TaskOutput> tasks;
    try (TargetSession session =
        new DiskBoundTarget(target(folder).open(), 500_000, 0, "Resume.")) {
      plan = session.plan(Exports.description(SOURCE, job));
      tasks = tasks(session, plan);
      List<FinalStep> steps = session.finalSteps(plan, SOURCE.columns(), tasks);
      TaskOutput first = steps.get(0).run(bytes -> {});
      try (TargetSession small =
          new DiskBoundTarget(target(folder).open(), first.bytes() * 2, 0, "Resume.")) {
        List<FinalStep> limited = small.finalSteps(plan, SOURCE.columns(), tasks);
        assertThatThrownBy(() -> limited.forEach(step -> step.run(bytes -> {})))
            .isInstanceOf(DiskLimitException.class);
      }
      session.clean(plan, tasks);
      session.commit(plan, Exports.withFinalSteps(session, plan, SOURCE, tasks));
    }
    assertExact(ROWS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"hash", "none"})
  void countsFilesAgainstTheDiskLimitWhileTheyAreWritten(String distribution) throws IOException {
    int limit = 3 << 20;
    IcebergTarget target =
        target(folder).targetFileSize(1 << 20).property("write.distribution-mode", distribution);
    try (TargetSession session = target.open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      List<Long> sizes = new ArrayList<>();
      TaskOutput output;
      try (TaskWriter writer = session.openTask(plan, SOURCE.columns(), 0)) {
        writeLarge(writer);
        output = writer.finish(sizes::add);
      }
      assertThat(output.bytes()).isGreaterThan(2L * limit);
      assertThat(sizes).hasSizeGreaterThan(10).isSorted();
      assertThat(sizes.get(sizes.size() - 1)).isBetween(output.bytes() / 2L, output.bytes());
      session.clean(plan, List.of());
    }
    try (TargetSession session = new DiskBoundTarget(target.open(), limit, 0, "Resume.")) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      try (TaskWriter writer = session.openTask(plan, SOURCE.columns(), 0)) {
        assertThatThrownBy(
                () -> {
                  writeLarge(writer);
                  writer.finish();
                })
            .isInstanceOf(DiskLimitException.class);
        assertThat(bytesOnDisk()).isLessThanOrEqualTo(limit);
      }
    }
  }

  /** Writes 8 MiB that cannot be compressed, most of it in partitions that are not written yet. */
  private static void writeLarge(TaskWriter writer) {
    Random random = new Random(7);
    for (int id = 0; id < 8_192; id++) {
      byte[] value = new byte[1024];
      random.nextBytes(value);
      List<@Nullable ByteBuffer> row = row(integer(id), integer(id % 64), ByteBuffer.wrap(value));
      writer.write(row::get);
    }
  }

  private long bytesOnDisk() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("lake/t/data"))) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  @Test
  void tableWithoutDistributionGetsFilesOfEachTask() {
    try (TargetSession session =
        target(folder).property("write.distribution-mode", "none").open()) {
      TargetPlan plan = session.plan(Exports.description(SOURCE, job));
      List<TaskOutput> tasks = tasks(session, plan);
      assertThat(session.finalSteps(plan, SOURCE.columns(), tasks)).isEmpty();
      assertThat(session.commit(plan, tasks).files()).isEqualTo(TASKS * PARTITIONS);
    }
    assertExact(ROWS);
    try (TargetSession session =
        target(folder.resolve("other")).property("write.distribution-mode", "some").open()) {
      assertThatThrownBy(() -> session.plan(Exports.description(SOURCE, job)))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "The Iceberg table lake.t cannot be written: its property write.distribution-mode is"
                  + " some; set it to none, hash or range");
    }
  }

  private static List<TaskOutput> tasks(TargetSession session, TargetPlan plan) {
    return IntStream.range(0, TASKS).mapToObj(task -> task(session, plan, task)).toList();
  }

  /** Each task has four rows of each partition. */
  private static TaskOutput task(TargetSession session, TargetPlan plan, int task) {
    List<List<@Nullable ByteBuffer>> rows = new ArrayList<>();
    for (int i = 0; i < 4 * PARTITIONS; i++) {
      rows.add(
          row(
              integer(task * 4 * PARTITIONS + i),
              i % PARTITIONS == 0 ? null : integer(i % PARTITIONS),
              ByteBuffer.wrap(new byte[50])));
    }
    return write(session, plan, task, array(rows));
  }

  @SafeVarargs
  private static TaskOutput write(
      TargetSession session, TargetPlan plan, int task, List<@Nullable ByteBuffer>... rows) {
    try (TaskWriter writer = session.openTask(plan, SOURCE.columns(), task)) {
      for (List<@Nullable ByteBuffer> row : rows) {
        writer.write(row::get);
      }
      return writer.finish();
    }
  }

  private static IcebergTarget target(Path folder) {
    return IcebergTarget.warehouse(folder).table(TABLE).partitionBy("part");
  }

  private static PartitionSpec spec(TargetPlan plan) {
    return WriteLayout.decode(plan).spec();
  }

  @SuppressWarnings("unchecked")
  private static List<@Nullable ByteBuffer>[] array(List<List<@Nullable ByteBuffer>> rows) {
    return rows.toArray(List[]::new);
  }

  private static List<List<@Nullable String>> imported(
      Path folder, TableDescription table, List<ColumnDescription> columns) {
    List<List<@Nullable String>> rows =
        new ArrayList<>(
            Exports.imported(
                IcebergSource.warehouse(folder).table(TABLE),
                table,
                columns.stream().map(ColumnDescription::name).toArray(String[]::new)));
    rows.sort((a, b) -> String.valueOf(a.get(0)).compareTo(String.valueOf(b.get(0))));
    return rows;
  }

  /** Returns each partition's data file as Iceberg describes it, without its location. */
  private static Map<String, String> metrics(Path folder) {
    Map<String, String> metrics = new TreeMap<>();
    Warehouse.with(
        folder,
        warehouse -> {
          Table table = warehouse.table(TABLE);
          try (CloseableIterable<FileScanTask> scan =
              table.newScan().includeColumnStats().planFiles()) {
            scan.forEach(
                task -> {
                  ObjectNode json =
                      (ObjectNode) Json.tree(ContentFileParser.toJson(task.file(), table.spec()));
                  assertThat(json.has("lower-bounds")).isTrue();
                  json.remove("file-path");
                  metrics.put(task.file().partition().toString(), json.toString());
                });
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return metrics;
  }

  private void inspect(Consumer<Table> use) {
    Warehouse.with(folder, warehouse -> use.accept(warehouse.table(TABLE)));
  }

  /** Checks that the table has the ids from 0, each once, and that there are no other files. */
  private void assertExact(int rows) {
    inspect(
        table -> {
          assertThat(Warehouse.rows(table))
              .extracting(row -> row.getField("id"))
              .containsExactlyInAnyOrder(IntStream.range(0, rows).boxed().toArray());
          assertThat(Warehouse.parquetFilesIn(folder))
              .isEqualTo(Warehouse.locations(Warehouse.dataFiles(table)));
        });
  }
}
