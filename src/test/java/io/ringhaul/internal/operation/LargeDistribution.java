package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.type.DataTypes;
import com.sun.management.OperatingSystemMXBean;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobRuns;
import io.ringhaul.internal.ring.RandomRings;
import io.ringhaul.internal.ring.Tiling;
import io.ringhaul.internal.scan.ScanPlan;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import io.ringhaul.monitor.OperationTotals;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.schema.TokenRangeSet;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the process that begins an export does for its tasks in other processes, without a cluster:
 * plans them, sends them, receives their files, stores them, and commits to Iceberg.
 */
final class LargeDistribution {

  private static final int NODES = 100;
  private static final int VNODES = 16;

  /** As many outcomes as arrive while the store keeps others: of 1,000 tasks a second, a few. */
  private static final int TOGETHER = 10;

  private static final Pattern FILE = Pattern.compile("\"file-path\":\"file:([^\"]+)\"");

  private static final OperatingSystemMXBean CPU =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private static long last = System.nanoTime();
  private static long lastCpu;

  private LargeDistribution() {}

  /** Arguments: a folder, and the number of tasks. Prints the seconds of each step. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    int count = Integer.parseInt(arguments[1]);
    TableDescription table =
        new TableDescription(
            "ks",
            "t",
            List.of(
                new ColumnDescription("id", DataTypes.INT, ColumnDescription.Kind.PARTITION_KEY),
                new ColumnDescription("name", DataTypes.TEXT, ColumnDescription.Kind.REGULAR)));
    ScanPlan scan =
        ScanPlan.of(
            "ks",
            "t",
            List.of("id", "name"),
            RandomRings.ring(new Random(1), NODES, VNODES, 3),
            count);
    ended("plan of " + scan.tasks().size() + " tasks");
    UUID id = UUID.randomUUID();
    try (JobStore store = JobStore.file(folder.resolve("jobs.db"));
        TargetSession target = IcebergTarget.warehouse(folder.resolve("lake")).open()) {
      TargetPlan plan =
          target.plan(
              new ExportDescription(
                  id, table, table.columns(), 2, TokenRangeSet.wholeRing(), Map.of()));
      store.create(
          Job.pending(id, "large", "", Map.of(), JobKind.EXPORT, JobDefinition.draft(List.of())));
      try (JobRun run = JobRuns.of(store).begin(id)) {
        ExportCheckpoints checkpoints = new ExportCheckpoints(run);
        checkpoints.plan(plan, scan);
        ended("store the plan");

        List<byte[]> sent = new ArrayList<>();
        for (ScanTask task : scan.tasks()) {
          sent.add(encoded(Distribution.Task.of(checkpoints.number(task), List.of(task))));
        }
        ended("encode " + sent.stream().mapToLong(each -> each.length).sum() + " bytes");

        TaskOutput file = write(target, plan, table);
        List<TaskOutput> written = new ArrayList<>();
        for (int task = 0; task < count; task++) {
          written.add(of(file, task));
        }
        ended("make the files, as other processes");

        List<TaskOutput> outputs = new ArrayList<>();
        List<TokenRange> done = new ArrayList<>();
        for (byte[] bytes : sent) {
          Distribution.Task task = (Distribution.Task) decoded(bytes);
          Distribution.Outcome outcome =
              (Distribution.Outcome)
                  decoded(
                      encoded(
                          new Distribution.Outcome(
                              task.number(),
                              OperationTotals.sum(List.of()),
                              written.get(task.number()),
                              null,
                              Distribution.Rejects.NONE)));
          outputs.add(outcome.output());
          done.addAll(task.ranges());
        }
        ended("decode, and receive the outcomes");
        for (int i = 0; i < count; i += TOGETHER) {
          checkpoints.ran(outputs.subList(i, Math.min(outputs.size(), i + TOGETHER)));
        }
        ended("store the outcomes");
        Tiling.requireExactly(TokenRangeSet.wholeRing(), done);
        CommitResult committed = target.commit(plan, outputs);
        checkpoints.committed(committed);
        run.completed();
        ended("commit " + committed.files() + " files");
      }
    }
  }

  private static TaskOutput write(TargetSession target, TargetPlan plan, TableDescription table) {
    try (TaskWriter writer = target.openTask(plan, table.columns(), 0)) {
      writer.write(column -> column == 0 ? ByteBuffer.wrap(new byte[4]) : null);
      return writer.finish();
    }
  }

  /** The output of another task, with a file of another name. */
  private static TaskOutput of(TaskOutput first, int task) throws IOException {
    List<String> files = new ArrayList<>();
    for (String file : first.files()) {
      Matcher path = FILE.matcher(file);
      if (!path.find()) {
        throw new IllegalStateException(file);
      }
      String other = path.group(1).replace(".parquet", "-" + task + ".parquet");
      Files.copy(Path.of(path.group(1)), Path.of(other));
      files.add(file.replace(path.group(1), other));
    }
    return new TaskOutput(task, first.rows(), first.bytes(), files);
  }

  private static byte[] encoded(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    return bytes.toByteArray();
  }

  private static Object decoded(byte[] bytes) throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    }
  }

  private static void ended(String step) {
    long now = System.nanoTime();
    long cpu = CPU.getProcessCpuTime();
    Runtime jvm = Runtime.getRuntime();
    System.gc();
    System.out.printf(
        Locale.ROOT,
        "%6.1f s, %5.1f s of CPU, %4d MB: %s%n",
        (now - last) / 1e9,
        (cpu - lastCpu) / 1e9,
        (jvm.totalMemory() - jvm.freeMemory()) >> 20,
        step);
    last = System.nanoTime();
    lastCpu = CPU.getProcessCpuTime();
  }
}
