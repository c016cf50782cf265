package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.OperationRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.report.Options;
import io.ringhaul.benchmarks.report.Report;
import io.ringhaul.benchmarks.tuning.Observer;
import io.ringhaul.benchmarks.tuning.WatchedRun;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.limits.TuningMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Checks that jobs with bad initial settings reach good settings within a minute, and that a
 * latency bound for other clients is kept.
 */
public final class Tuning {

  private static final double ENOUGH = 0.85;

  /** Seconds until a run with fixed settings is steady. */
  private static final int WARM = 5;

  /** Seconds of an adapting run before the measurement. */
  private static final int SEARCH = 60;

  private static final int MEASURED = 15;

  private final Options options;
  private final Report report;
  private final BenchCluster cluster;
  private final TokenAwareBulkOperator operator;
  private final Path folder;

  private Tuning(
      Options options,
      Report report,
      BenchCluster cluster,
      TokenAwareBulkOperator operator,
      Path folder) {
    this.options = options;
    this.report = report;
    this.cluster = cluster;
    this.operator = operator;
    this.folder = folder;
  }

  /**
   * Options: {@code --rows}, {@code --fixed} (seconds of a run with fixed settings), {@code
   * --bound} (milliseconds), and {@code --parts} ({@code export}, {@code import}, {@code latency}
   * or several). Exits with code 1 if a threshold is missed.
   */
  public static void main(String[] arguments) throws Exception {
    Options options =
        new Options(
            arguments,
            Map.of("rows", 10_000_000, "fixed", 15, "bound", 15),
            Map.of("parts", "export,import,latency"));
    Report report = new Report("Tuning", BenchCluster.ONE_NODE, options);
    Path folder = Folders.temporary("tuning");
    String parts = options.text("parts");
    try (BenchCluster cluster = BenchCluster.oneNode()) {
      Dataset.ORDERS.fill(cluster, options.of("rows"));
      try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(cluster.session())) {
        Tuning tuning = new Tuning(options, report, cluster, operator, folder);
        if (parts.contains("export")) {
          tuning.export();
        }
        if (parts.contains("latency")) {
          tuning.latency();
        }
        if (parts.contains("import")) {
          tuning.importing();
        }
      }
    } finally {
      Folders.delete(folder);
    }
    System.exit(report.write() ? 0 : 1);
  }

  private ExportRequest exporting() {
    return operator
        .export(BenchCluster.KEYSPACE, Dataset.ORDERS.table())
        .to(CsvTarget.folder(folder.resolve("target")))
        .tuning(TuningMode.OFF);
  }

  private WatchedRun run(OperationRequest<?, ?> request, int seconds) throws Exception {
    WatchedRun run = WatchedRun.of(request, seconds);
    Folders.delete(folder.resolve("target"));
    return run;
  }

  private void export() throws Exception {
    run(exporting(), options.of("fixed"));
    Map<String, Consumer<ExportRequest>> settings = new LinkedHashMap<>();
    settings.put("the defaults", request -> {});
    for (int requests : List.of(2, 4, 16, 32)) {
      settings.put(requests + " in flight", request -> request.parallelism(requests));
    }
    Map<String, Double> fixed = new LinkedHashMap<>();
    for (String name : settings.keySet()) {
      ExportRequest request = exporting();
      Objects.requireNonNull(settings.get(name)).accept(request);
      fixed.put(name, steady(name, run(request, options.of("fixed"))));
    }
    Map<String, Consumer<ExportRequest>> starts = new LinkedHashMap<>();
    starts.put("1 in flight", request -> request.parallelism(1));
    starts.put("512 in flight", request -> request.parallelism(512));
    starts.put("pages of 10 rows", request -> request.pageSize(10));
    double best = best("Export", fixed);
    for (String name : starts.keySet()) {
      Consumer<ExportRequest> start = Objects.requireNonNull(starts.get(name));
      ExportRequest bad = exporting();
      start.accept(bad);
      double before = steady(name, run(bad, options.of("fixed") / 2));
      ExportRequest adapting = exporting().tuning(TuningMode.ADAPT);
      start.accept(adapting);
      compare("Export from " + name, before, best, run(adapting, SEARCH + MEASURED));
    }
  }

  private void importing() throws Exception {
    Path source = folder.resolve("source");
    operator
        .export(BenchCluster.KEYSPACE, Dataset.ORDERS.table())
        .to(CsvTarget.folder(source))
        .execute();
    Dataset.ORDERS.create(cluster.session(), "copy");
    // Disables compaction, because compactions that one run causes would slow the next.
    cluster
        .session()
        .execute(
            "ALTER TABLE "
                + BenchCluster.KEYSPACE
                + ".copy WITH compaction ="
                + " {'class': 'SizeTieredCompactionStrategy', 'enabled': 'false'}");
    Map<String, Double> fixed = new LinkedHashMap<>();
    importInto(source, request -> {}, options.of("fixed"));
    Map<String, Consumer<ImportRequest>> settings = new LinkedHashMap<>();
    settings.put("the defaults", request -> {});
    for (int requests : List.of(4, 32)) {
      settings.put(requests + " in flight", request -> request.parallelism(requests));
    }
    for (Map.Entry<String, Consumer<ImportRequest>> each : settings.entrySet()) {
      // As long as an adapting run, because the flushes and compactions that a run causes come
      // later.
      WatchedRun run = importInto(source, each.getValue(), SEARCH + MEASURED);
      fixed.put(each.getKey(), onceAdapted(run));
    }
    double best = best("Import", fixed);
    double before =
        steady(
            "batches of 1",
            importInto(source, request -> request.maxBatchStatements(1), options.of("fixed") / 2));
    compare(
        "Import from batches of 1",
        before,
        best,
        importInto(
            source,
            request -> request.maxBatchStatements(1).tuning(TuningMode.ADAPT),
            SEARCH + MEASURED));
  }

  private WatchedRun importInto(Path source, Consumer<ImportRequest> setting, int seconds)
      throws Exception {
    cluster.session().execute("TRUNCATE " + BenchCluster.KEYSPACE + ".copy");
    ImportRequest request =
        operator
            .importInto(BenchCluster.KEYSPACE, "copy")
            .from(CsvSource.at(source))
            .tuning(TuningMode.OFF);
    setting.accept(request);
    return WatchedRun.of(request, seconds);
  }

  private static double steady(String name, WatchedRun run) {
    double speed = run.mean(WARM, run.speeds().size());
    System.out.printf(
        Locale.ROOT, "%s: %,.0f rows/s over %d s%n", name, speed, run.speeds().size() - WARM);
    return speed;
  }

  private double best(String work, Map<String, Double> fixed) {
    report.table(
        work + " with fixed settings",
        List.of("setting", "rows/s"),
        fixed.entrySet().stream()
            .map(each -> List.of(each.getKey(), Report.number(each.getValue())))
            .toList());
    return fixed.values().stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  private void compare(String what, double before, double best, WatchedRun run) {
    double reached = onceAdapted(run);
    String changes =
        run.changes().stream()
            .map(
                entry ->
                    String.format(
                        Locale.ROOT,
                        "%s %d -> %d: %s, %s",
                        entry.parameter(),
                        entry.before(),
                        entry.after(),
                        entry.effect().orElse("not measured"),
                        entry.state()))
            .collect(Collectors.joining("; "));
    System.out.printf(
        Locale.ROOT,
        "%s: %,.0f rows/s at first, %,.0f once adapted, %d s to get there%n%s%n%s%n",
        what,
        before,
        reached,
        run.secondsTo(ENOUGH * best),
        changes,
        run.speeds().stream().map(speed -> String.format("%.0f", speed)).toList());
    report.table(
        what,
        List.of("rows/s fixed", "rows/s once adapted", "best", "seconds to 85 %", "at the end"),
        List.of(
            List.of(
                Report.number(before),
                Report.number(reached),
                Report.number(best),
                Integer.toString(run.secondsTo(ENOUGH * best)),
                run.settings().toString())));
    report.atLeast(
        what + ", speed within a minute over the best fixed one", reached / best, ENOUGH);
  }

  /**
   * Returns the speed after the minute of adaptation, or at the end of a run that ended earlier.
   */
  private static double onceAdapted(WatchedRun run) {
    int from = Math.max(0, Math.min(SEARCH, run.speeds().size() - MEASURED));
    return run.mean(from, from + MEASURED);
  }

  private void latency() throws Exception {
    Duration bound = Duration.ofMillis(options.of("bound"));
    List<List<String>> rows = new ArrayList<>();
    try (CqlSession session = BenchCluster.connect(List.of(cluster.firstAddress()));
        Observer observer = new Observer(session, BenchCluster.KEYSPACE, Dataset.ORDERS.table())) {
      Thread.sleep(5_000);
      long alone = System.nanoTime();
      Thread.sleep(20_500);
      rows.add(List.of("no job", "0", observer.percentiles(alone).toString()));
      ExportRequest free = exporting();
      long off = System.nanoTime();
      WatchedRun unprotected = run(free, 40);
      List<Double> broken = observer.percentiles(off);
      rows.add(row("off", unprotected, broken));
      ExportRequest held = exporting().protectLatency(bound, Duration.ofSeconds(10));
      long began = System.nanoTime();
      WatchedRun protectedRun = run(held, 60);
      List<Double> kept = observer.percentiles(began);
      rows.add(row("protectLatency " + bound, protectedRun, kept));
      System.out.println(rows);
      report.table(
          "An export beside somebody who reads",
          List.of("job", "rows/s", "p99 of each 10 s"),
          rows);
      report.atMost(
          "Worst p99 of 10 s with protectLatency, ms",
          kept.stream().mapToDouble(Double::doubleValue).max().orElseThrow(),
          (double) bound.toMillis());
      report.check(
          "the bound is broken without it",
          broken.stream().anyMatch(each -> each > bound.toMillis()));
    }
  }

  private static List<String> row(String name, WatchedRun run, List<Double> percentiles) {
    return List.of(
        name,
        Report.number(run.mean(WARM, run.speeds().size())),
        percentiles.stream()
            .map(each -> String.format(Locale.ROOT, "%.1f", each))
            .toList()
            .toString());
  }
}
