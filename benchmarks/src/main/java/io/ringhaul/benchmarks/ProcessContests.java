package io.ringhaul.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What whole processes compete in, each with its bars. */
final class ProcessContests {

  private static final String RINGHAUL = "Ringhaul";
  private static final String DSBULK = "DSBulk";
  private static final String DSBULK_TUNED = "DSBulk, tuned";
  private static final String SPARK = "Spark";

  /** One round that does not count: the server compiles, and files come into its page cache. */
  private static final int WARM_UPS = 1;

  /** The works that there are, in the order they are done. */
  static final List<String> WORKS =
      List.of(
          "start",
          "count",
          "csv-export",
          "cold-exports",
          "iceberg-export",
          "iceberg-warm",
          "csv-import");

  private final ProcessContestants all;
  private final Report report;
  private final int rounds;

  ProcessContests(ProcessContestants all, Report report, int rounds) {
    this.all = all;
    this.report = report;
    this.rounds = rounds;
  }

  void run(String work) throws Exception {
    switch (work) {
      case "start" -> start();
      case "count" -> count();
      case "csv-export" -> csvExport();
      case "cold-exports" -> coldExports();
      case "iceberg-export" -> icebergExport();
      case "iceberg-warm" -> icebergWarm();
      case "csv-import" -> csvImport();
      default ->
          throw new IllegalArgumentException("Of works there are " + WORKS + ", and not " + work);
    }
  }

  private void start() throws Exception {
    Series ten =
        of(
            show(
                "Start of the command line: a count of ten rows",
                new Contest("count of ten rows")
                    .add(RINGHAUL, () -> all.ringhaul().run("count", ProcessContestants.TEN, 10)),
                RINGHAUL),
            RINGHAUL);
    report.check(
        "A count of ten rows takes at most 1.5 s as a whole process",
        ten.median(Measurement::seconds) <= 1.5);
  }

  private void count() throws Exception {
    Map<String, Series> results =
        show(
            "Count, whole processes",
            new Contest("count")
                .add(
                    RINGHAUL,
                    () -> all.ringhaul().run("count", ProcessContestants.ORDERS, all.rows()))
                .add("keys shipped to the client", () -> all.scan(ScanProcess.KEYS))
                .add(
                    SPARK,
                    () -> {
                      RepeatedRun outcome =
                          all.spark().run("count", ProcessContestants.ORDERS, all.folder(), 1);
                      RinghaulProcess.requireRows("Spark", all.rows(), outcome.rows());
                      return outcome.whole().handling(all.rows());
                    }),
            RINGHAUL);
    // One of the two is enough.
    report.atLeast(
        "Count, whole process, against keys shipped to the client or Spark cold",
        Math.max(
            of(results, "keys shipped to the client").timeOver(of(results, RINGHAUL)),
            of(results, SPARK).timeOver(of(results, RINGHAUL))),
        5);
  }

  private void csvExport() throws Exception {
    Map<String, Series> results =
        show(
            "Export to CSV, whole processes",
            new Contest("CSV export")
                .add(RINGHAUL, () -> all.export("csv"))
                .add(DSBULK, () -> unload())
                .add(DSBULK_TUNED, () -> unload(DsbulkProcess.TUNED_UNLOAD)),
            RINGHAUL);
    Series ringhaul = of(results, RINGHAUL);
    Series dsbulk = SeriesTable.fastest(of(results, DSBULK), of(results, DSBULK_TUNED));
    report.atLeast(
        "Export to CSV, whole process, against DSBulk", dsbulk.timeOver(ringhaul), 2.5);
    report.atMost(
        "Client CPU of an export to CSV, of DSBulk's",
        Math.max(
            ringhaul.ratio(of(results, DSBULK), Measurement::cpuSeconds),
            ringhaul.ratio(of(results, DSBULK_TUNED), Measurement::cpuSeconds)),
        0.5);
  }

  private Measurement unload(String... settings) throws IOException, InterruptedException {
    Path files = all.removed("dsbulk-csv");
    MeasuredProcess.Outcome outcome =
        all.dsbulk().run("unload", ProcessContestants.ORDERS, files, settings);
    all.requireFiles(DSBULK, files, 1);
    return outcome.handling(all.rows());
  }

  private void coldExports() throws Exception {
    Contest contest = new Contest("cold export").add("scan", () -> all.scan(ScanProcess.ALL));
    List<String> formats = List.of("csv", "json", "parquet", "iceberg");
    formats.forEach(format -> contest.add(format, () -> all.export(format)));
    Map<String, Series> results = show("Export, cold processes", contest, "scan");
    for (String format : formats) {
      report.atMost(
          "Export to " + format.toUpperCase(Locale.ROOT) + ", cold, of the cold scan",
          of(results, format).timeOver(of(results, "scan")),
          1.6);
    }
  }

  private void icebergExport() throws Exception {
    Map<String, Series> results =
        show(
            "Export to Iceberg, whole processes",
            new Contest("Iceberg export")
                .add(RINGHAUL, () -> all.export("iceberg"))
                .add(SPARK, () -> sparkExport(1).whole().handling(all.rows())),
            RINGHAUL);
    report.atLeast(
        "Export to Iceberg, whole process, against Spark",
        of(results, SPARK).timeOver(of(results, RINGHAUL)),
        4);
  }

  private void icebergWarm() throws Exception {
    int times = 3;
    Map<String, Series> results =
        show(
            "Export to Iceberg, the third time in one session",
            new Contest("warm Iceberg export")
                .add(
                    RINGHAUL,
                    () -> {
                      Path files = all.removed("ringhaul-iceberg");
                      RepeatedRun outcome =
                          RepeatedRun.of(
                              all.ringhaul()
                                  .program(
                                      LibraryProcess.class,
                                      LibraryProcess.EXPORT_ICEBERG,
                                      BenchCluster.KEYSPACE,
                                      ProcessContestants.ORDERS,
                                      files.toString(),
                                      String.valueOf(times)));
                      all.requireFiles(RINGHAUL, files, times);
                      return outcome.lastTime(all.rows());
                    })
                .add(
                    SPARK,
                    () -> {
                      RepeatedRun outcome = sparkExport(times);
                      return outcome.lastTime(all.rows());
                    }),
            RINGHAUL);
    report.atLeast(
        "Export to Iceberg, warm, against Spark",
        of(results, SPARK).timeOver(of(results, RINGHAUL)),
        2);
  }

  private RepeatedRun sparkExport(int times) throws IOException, InterruptedException {
    Path files = all.removed("spark-iceberg");
    RepeatedRun outcome =
        all.spark().run("export-iceberg", ProcessContestants.ORDERS, files, times);
    all.requireFiles(SPARK, files, times);
    return outcome;
  }

  private void csvImport() throws Exception {
    Path files = all.folder().resolve("ringhaul-csv");
    if (!Files.exists(files)) {
      all.export("csv");
    }
    String sameRules = "Ringhaul, DSBulk's batch rules";
    Map<String, Series> results =
        show(
            "Import from CSV, whole processes",
            new Contest("CSV import")
                .add(
                    RINGHAUL,
                    all.intoCopy(
                        () ->
                            all.ringhaul()
                                .run(
                                    "import",
                                    ProcessContestants.COPY,
                                    all.rows(),
                                    "--format=csv",
                                    "--path=" + files)))
                .add(
                    sameRules,
                    all.intoCopy(
                        () ->
                            all.ringhaul()
                                .program(
                                    LibraryProcess.class,
                                    LibraryProcess.IMPORT_CSV,
                                    BenchCluster.KEYSPACE,
                                    ProcessContestants.COPY,
                                    files.toString(),
                                    DsbulkProcess.BATCH_ROWS)
                                .handling(all.rows())))
                .add(DSBULK, all.intoCopy(() -> load(files)))
                .add(DSBULK_TUNED, all.intoCopy(() -> load(files, DsbulkProcess.TUNED_LOAD))),
            RINGHAUL);
    Series dsbulk = SeriesTable.fastest(of(results, DSBULK), of(results, DSBULK_TUNED));
    report.atLeast(
        "Import from CSV, whole process, DSBulk's batch rules, against DSBulk",
        dsbulk.timeOver(of(results, sameRules)),
        1.5);
    report.atLeast(
        "Import from CSV, whole process, against DSBulk",
        dsbulk.timeOver(of(results, RINGHAUL)),
        2);
  }

  private Measurement load(Path files, String... settings)
      throws IOException, InterruptedException {
    return all.dsbulk()
        .run("load", ProcessContestants.COPY, files, settings)
        .handling(all.rows());
  }

  private Map<String, Series> show(String title, Contest contest, String base) throws Exception {
    Map<String, Series> results = contest.run(WARM_UPS, rounds);
    SeriesTable.add(report, title, results.values(), of(results, base));
    return results;
  }

  private static Series of(Map<String, Series> results, String name) {
    return Objects.requireNonNull(results.get(name));
  }
}
