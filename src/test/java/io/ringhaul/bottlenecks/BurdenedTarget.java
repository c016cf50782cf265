package io.ringhaul.bottlenecks;

import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.monitor.Stage;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A format that discards its rows and does extra work for each row. */
final class BurdenedTarget implements ExportTarget {

  /** The extra work for a row. */
  @FunctionalInterface
  interface Burden {
    void bear() throws InterruptedException;
  }

  private final Burden burden;

  private final Optional<Path> disk;

  BurdenedTarget(Burden burden) {
    this(burden, Optional.empty());
  }

  private BurdenedTarget(Burden burden, Optional<Path> disk) {
    this.burden = burden;
    this.disk = disk;
  }

  /** Returns a target without extra work. */
  static BurdenedTarget light() {
    return new BurdenedTarget(() -> {});
  }

  /** Returns a target that writes each row to a slow disk in the worker's own time. */
  static BurdenedTarget onSlowDisk(Path folder, int millisForRow) {
    return new BurdenedTarget(slow(millisForRow), Optional.of(folder));
  }

  /** Returns a target that writes each row to a slow medium that is no local disk. */
  static BurdenedTarget farAway(int millisForRow) {
    return new BurdenedTarget(slow(millisForRow));
  }

  private static Burden slow(int millisForRow) {
    return () -> WorkerClock.during(Stage.WRITE, () -> Thread.sleep(millisForRow));
  }

  @Override
  public Optional<Path> localFolder() {
    return disk;
  }

  @Override
  public TargetSession open() {
    return new Session();
  }

  private final class Session implements TargetSession {

    @Override
    public TargetPlan plan(ExportDescription description) {
      return new TargetPlan(1, "nowhere", "nowhere", Map.of());
    }

    @Override
    public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task) {
      return new Writer(task);
    }

    @Override
    public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
      return new CommitResult("nowhere", 0, 0, OptionalLong.empty());
    }

    @Override
    public int clean(TargetPlan plan, List<TaskOutput> kept) {
      return 0;
    }

    @Override
    public void close() {}
  }

  private final class Writer implements TaskWriter {
    private final int task;
    private long rows;

    private Writer(int task) {
      this.task = task;
    }

    @Override
    public void write(RawRow row) {
      try {
        burden.bear();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      rows++;
    }

    @Override
    public TaskOutput finish() {
      return new TaskOutput(task, rows, 0, List.of());
    }

    @Override
    public void close() {}
  }
}
