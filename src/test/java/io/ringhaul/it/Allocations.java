package io.ringhaul.it;

import com.datastax.oss.driver.api.core.CqlSession;
import com.sun.management.ThreadMXBean;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.schema.RawRow;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Prints the bytes that all threads allocate per row, for an export to each format and an import
 * from it into a copy of the table. Arguments: host, port, data centre, keyspace, table and folder.
 */
public final class Allocations {

  /** An export to Parquet that writes each row twice. */
  static final String TWICE = "PARQUET twice";

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** The first run loads classes; the lowest figure counts. */
  private static final int RUNS = 2;

  /** Each task has its own files and buffers, so the number of tasks is fixed. */
  private static final int TASKS = 8;

  private final TokenAwareBulkOperator operator;
  private final String keyspace;
  private final String table;
  private final Path folder;

  private Allocations(TokenAwareBulkOperator operator, String keyspace, String table, Path folder) {
    this.operator = operator;
    this.keyspace = keyspace;
    this.table = table;
    this.folder = folder;
  }

  /** Runs the measurements and prints one line for each figure. */
  public static void main(String[] arguments) {
    InetSocketAddress node = new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1]));
    try (CqlSession session =
            CqlSession.builder().addContactPoint(node).withLocalDatacenter(arguments[2]).build();
        TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      Allocations allocations =
          new Allocations(operator, arguments[3], arguments[4], Path.of(arguments[5]));
      for (Format format : Format.values()) {
        allocations.print(format + " out", folder -> allocations.exported(format.target(folder)));
        allocations.print(format + " in", folder -> allocations.imported(format.source(folder)));
      }
      allocations.print(
          TWICE,
          folder -> {
            ExportTarget target = ParquetTarget.folder(folder.resolve("twice"));
            return allocations.exported(() -> writingTwice(target.open()));
          });
    }
  }

  private void print(String what, ToLongFunction<Path> operation) {
    double least = Double.MAX_VALUE;
    String format = what.substring(0, what.indexOf(' '));
    for (int run = 0; run < RUNS; run++) {
      Path copy = folder.resolve(format + run);
      Map<Long, Long> before = allocatedByThread();
      long rows = operation.applyAsLong(copy);
      long bytes = 0;
      for (Map.Entry<Long, Long> thread : allocatedByThread().entrySet()) {
        bytes += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
      }
      least = Math.min(least, (double) bytes / rows);
    }
    System.out.println(what + "=" + least);
  }

  private static Map<Long, Long> allocatedByThread() {
    long[] threads = THREADS.getAllThreadIds();
    long[] bytes = THREADS.getThreadAllocatedBytes(threads);
    Map<Long, Long> byThread = new HashMap<>();
    for (int i = 0; i < threads.length; i++) {
      byThread.put(threads[i], bytes[i]);
    }
    return byThread;
  }

  private long exported(ExportTarget target) {
    return operator.export(keyspace, table).to(target).taskCount(TASKS).execute().rows();
  }

  private long imported(ImportSource source) {
    return operator.importInto(keyspace, table + "_copy").from(source).execute().rows();
  }

  private enum Format {
    CSV,
    JSON,
    PARQUET,
    ICEBERG;

    private ExportTarget target(Path folder) {
      return switch (this) {
        case CSV -> CsvTarget.folder(folder);
        case JSON -> JsonTarget.folder(folder);
        case PARQUET -> ParquetTarget.folder(folder);
        case ICEBERG -> IcebergTarget.warehouse(folder).table("lake.orders");
      };
    }

    private ImportSource source(Path folder) {
      return switch (this) {
        case CSV -> CsvSource.at(folder);
        case JSON -> JsonSource.at(folder);
        case PARQUET -> ParquetSource.at(folder);
        case ICEBERG -> IcebergSource.warehouse(folder).table("lake.orders");
      };
    }
  }

  /** Wraps a target session so that its tasks write each row twice. */
  private static TargetSession writingTwice(TargetSession real) {
    return (TargetSession)
        Proxy.newProxyInstance(
            TargetSession.class.getClassLoader(),
            new Class<?>[] {TargetSession.class},
            (proxy, method, arguments) -> {
              Object result;
              try {
                result = method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              return result instanceof TaskWriter writer ? twice(writer) : result;
            });
  }

  private static TaskWriter twice(TaskWriter real) {
    return new TaskWriter() {
      @Override
      public void write(RawRow row) {
        real.write(row);
        real.write(row);
      }

      @Override
      public TaskOutput finish() {
        return real.finish();
      }

      @Override
      public void close() {
        real.close();
      }
    };
  }
}
