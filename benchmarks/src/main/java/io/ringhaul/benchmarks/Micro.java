package io.ringhaul.benchmarks;

import io.ringhaul.benchmarks.report.BarChart;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import io.ringhaul.internal.ring.Splitting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Statistics;

/**
 * Microbenchmarks, without a cluster, of the loops in which operations spend their time: decoding
 * of rows, encoding of CSV and JSON, writing of Parquet, splitting of a ring, grouping into
 * batches, and recording of batches.
 */
public final class Micro {

  private static final String ALLOCATION = "gc.alloc.rate.norm";

  private Micro() {}

  /**
   * Options: {@code --warm-ups} and {@code --iterations} of one second each in {@code --forks}
   * processes, and {@code --only} with a regular expression for the names of benchmarks.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments, Map.of("warm-ups", 3, "iterations", 5, "forks", 1), Map.of("only", ".*"));
    Report report = Report.withoutCluster("Micro", options);
    Collection<RunResult> results = run(options);
    report.table(
        "The time and the memory that one operation takes",
        List.of("operation", "ns", "least", "most", "bytes allocated"),
        results.stream().map(Micro::row).toList());
    BarChart chart = new BarChart("What a row costs", "nanoseconds");
    for (RunResult result : results) {
      if (!result.getParams().getBenchmark().startsWith(Splitting.class.getName())) {
        Statistics nanos = result.getPrimaryResult().getStatistics();
        chart.bar(name(result.getParams()), nanos.getMean(), nanos.getMin(), nanos.getMax());
      }
    }
    report.chart(chart);
    report.write();
  }

  private static Collection<RunResult> run(Options options) throws Exception {
    return new Runner(
            new OptionsBuilder()
                .include(options.text("only"))
                .warmupIterations(options.of("warm-ups"))
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(options.of("iterations"))
                .measurementTime(TimeValue.seconds(1))
                .forks(options.of("forks"))
                .jvmArgs("-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .build())
        .run();
  }

  private static List<String> row(RunResult result) {
    Statistics nanos = result.getPrimaryResult().getStatistics();
    Result<?> allocation = result.getSecondaryResults().get(ALLOCATION);
    List<String> row = new ArrayList<>();
    row.add(name(result.getParams()));
    row.add(figure(nanos.getMean()));
    row.add(figure(nanos.getMin()));
    row.add(figure(nanos.getMax()));
    row.add(allocation == null ? "" : figure(allocation.getScore()));
    return List.copyOf(row);
  }

  /** Returns the class, the method and the parameter values. */
  private static String name(BenchmarkParams benchmark) {
    String[] parts = benchmark.getBenchmark().split("\\.", -1);
    StringBuilder name =
        new StringBuilder(parts[parts.length - 2]).append('.').append(parts[parts.length - 1]);
    for (String parameter : benchmark.getParamsKeys()) {
      name.append(", ").append(parameter).append(' ').append(benchmark.getParam(parameter));
    }
    return name.toString();
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, value < 1_000 ? "%.1f" : "%,.0f", value);
  }
}
