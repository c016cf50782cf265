package io.ringhaul.internal.json;

import io.ringhaul.benchmarks.data.OrderRows;
import io.ringhaul.format.Compression;
import io.ringhaul.internal.files.PartWriter;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Time to encode a row as a line of JSON. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JsonEncoding {

  private final List<RawRow> rows = OrderRows.of(OrderRows.COUNT);
  private final PartWriter writer =
      OrderRows.writer(new JsonOutput(JsonLayout.LINES), Compression.NONE);

  /** Encodes one row. */
  @Benchmark
  @OperationsPerInvocation(OrderRows.COUNT)
  public void row() throws IOException {
    OrderRows.write(writer, rows);
  }
}
