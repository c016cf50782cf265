package io.ringhaul.it;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** An export target that keeps its rows and description in memory. */
final class MemoryTarget implements ExportTarget {

  private final List<Map<String, @Nullable Object>> rows = new ArrayList<>();
  private @Nullable ExportDescription export;

  /** Returns the rows of the only committed export, as the driver decodes them. */
  List<Map<String, @Nullable Object>> rows() {
    return rows;
  }

  /** Returns the description that the export passed to the target. */
  ExportDescription export() {
    ExportDescription told = export;
    if (told == null) {
      throw new IllegalStateException("no export has opened this target");
    }
    return told;
  }

  @Override
  public TargetSession open() {
    return new Session();
  }

  private final class Session implements TargetSession {

    @Override
    public TargetPlan plan(ExportDescription description) {
      export = description;
      return new TargetPlan(1, "memory", "memory", Map.of());
    }

    @Override
    public TaskWriter openTask(TargetPlan plan, List<ColumnDescription> columns, int task) {
      return new Writer(columns, task);
    }

    @Override
    public CommitResult commit(TargetPlan plan, List<TaskOutput> outputs) {
      return new CommitResult("memory", 0, 0, OptionalLong.empty());
    }

    @Override
    public int clean(TargetPlan plan, List<TaskOutput> kept) {
      if (kept.isEmpty()) {
        rows.clear();
      }
      return 0;
    }

    @Override
    public void close() {}
  }

  private final class Writer implements TaskWriter {
    private final List<ColumnDescription> columns;
    private final int task;
    private final List<Map<String, @Nullable Object>> written = new ArrayList<>();

    private Writer(List<ColumnDescription> columns, int task) {
      this.columns = columns;
      this.task = task;
    }

    @Override
    public void write(RawRow row) {
      Map<String, @Nullable Object> values = new LinkedHashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        ByteBuffer bytes = row.bytes(i);
        values.put(
            columns.get(i).name(),
            bytes == null
                ? null
                : CodecRegistry.DEFAULT
                    .codecFor(columns.get(i).type())
                    .decode(bytes.duplicate(), ProtocolVersion.V4));
      }
      written.add(values);
    }

    @Override
    public TaskOutput finish() {
      synchronized (rows) {
        rows.addAll(written);
      }
      return new TaskOutput(task, written.size(), 0, List.of());
    }

    @Override
    public void close() {}
  }
}
