package io.ringhaul.internal.parquet;

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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Time to write a row to Parquet, as its share of a whole file. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ParquetWriting {

  /** Without compression, Ringhaul's writers and Parquet's encodings remain. */
  @Param({"NONE", "ZSTD"})
  public Compression compression = Compression.ZSTD;

  private final List<RawRow> rows = OrderRows.of(OrderRows.COUNT);

  /** Writes one row with its share of the footer. */
  @Benchmark
  @OperationsPerInvocation(OrderRows.COUNT)
  public void row() throws IOException {
    try (PartWriter writer =
        OrderRows.writer(new ParquetOutputFormat(TypeChoices.NONE), compression)) {
      OrderRows.write(writer, rows);
    }
  }
}
