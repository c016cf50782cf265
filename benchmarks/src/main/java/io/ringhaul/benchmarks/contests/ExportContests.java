package io.ringhaul.benchmarks.contests;

import static io.ringhaul.benchmarks.contests.ProcessRounds.DSBULK;
import static io.ringhaul.benchmarks.contests.ProcessRounds.DSBULK_TUNED;
import static io.ringhaul.benchmarks.contests.ProcessRounds.RINGHAUL;
import static io.ringhaul.benchmarks.contests.ProcessRounds.SPARK;

import io.ringhaul.benchmarks.floors.ScanFloor;
import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.process.DsbulkProcess;
import io.ringhaul.benchmarks.process.MeasuredProcess;
import io.ringhaul.benchmarks.process.RepeatedRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Whole processes that export. */
public final class ExportContests {

  private static final double LEAST_OF_CSV = 2.5;
  private static final double MOST_OF_PROCESSOR_TIME = 0.3;
  private static final double MOST_OF_COLD_SCAN = 1.6;
  private static final double LEAST_OF_ICEBERG_COLD = 4;
  private static final double LEAST_OF_ICEBERG_WARM = 2;

  private static final int WARM_TIMES = 3;
  private static final String SCAN = "scan";

  private final ProcessContestants all;
  private final ProcessRounds rounds;

  public ExportContests(ProcessContestants all, ProcessRounds rounds) {
    this.all = all;
    this.rounds = rounds;
  }

  public void csv() throws Exception {
    ProcessRounds.Results results =
        rounds.hold(
            "Export to CSV, whole processes",
            RINGHAUL,
            new Contest("CSV export")
                .add(RINGHAUL, () -> all.export("csv"))
                .add(DSBULK, () -> unload(List.of()))
                .add(DSBULK_TUNED, () -> unload(DsbulkProcess.TUNED_UNLOAD)));
    rounds
        .report()
        .atLeast(
            "Export to CSV, whole process, against DSBulk",
            results.dsbulkOver(RINGHAUL),
            LEAST_OF_CSV);
    rounds
        .report()
        .atMost(
            "Client CPU of an export to CSV, of DSBulk's",
            Math.max(processorTimeOver(results, DSBULK), processorTimeOver(results, DSBULK_TUNED)),
            MOST_OF_PROCESSOR_TIME);
  }

  private static double processorTimeOver(ProcessRounds.Results results, String dsbulk) {
    return results.of(RINGHAUL).ratio(results.of(dsbulk), Measurement::cpuSeconds);
  }

  private Measurement unload(List<String> settings) throws Exception {
    Path files = all.removed("dsbulk-csv");
    MeasuredProcess.Outcome outcome =
        all.dsbulk().run("unload", ProcessContestants.ORDERS, files, settings);
    all.requireFiles("DSBulk's unload", files, 1);
    return outcome.handling(all.rows());
  }

  public void cold() throws Exception {
    int tasks = all.export("csv", "ringhaul-csv").tasks();
    int pageSize = ScanFloor.pageSize(all.session(), ProcessContestants.ORDERS);
    Contest contest =
        new Contest("cold export").add(SCAN, () -> all.scan(ScanProcess.ALL, tasks, pageSize));
    List<String> formats = List.of("csv", "json", "parquet", "iceberg");
    formats.forEach(format -> contest.add(title(format), () -> all.export(format)));
    ProcessRounds.Results results = rounds.hold("Export, cold processes", SCAN, contest);
    for (String format : formats) {
      rounds
          .report()
          .atMost(
              "Export to " + title(format) + ", cold, over the cold scan",
              results.timeOver(title(format), SCAN),
              MOST_OF_COLD_SCAN);
    }
  }

  public void parquet() throws Exception {
    besideSpark("parquet");
  }

  public void iceberg() throws Exception {
    rounds
        .report()
        .atLeast(
            "Export to Iceberg, whole process, against Spark",
            besideSpark("iceberg").timeOver(SPARK, RINGHAUL),
            LEAST_OF_ICEBERG_COLD);
  }

  private ProcessRounds.Results besideSpark(String format) throws Exception {
    return rounds.hold(
        "Export to " + title(format) + ", whole processes",
        RINGHAUL,
        new Contest(title(format) + " export")
            .add(RINGHAUL, () -> all.export(format))
            .add(SPARK, () -> all.exportBySpark(format, 1).whole().handling(all.rows())));
  }

  public void icebergWarm() throws Exception {
    ProcessRounds.Results results =
        rounds.hold(
            "Export to Iceberg, the third time in one session",
            RINGHAUL,
            new Contest("warm Iceberg export")
                .add(RINGHAUL, () -> exportByLibrary().lastTime(all.rows()))
                .add(SPARK, () -> all.exportBySpark("iceberg", WARM_TIMES).lastTime(all.rows())));
    rounds
        .report()
        .atLeast(
            "Export to Iceberg, warm, against Spark",
            results.timeOver(SPARK, RINGHAUL),
            LEAST_OF_ICEBERG_WARM);
  }

  private RepeatedRun exportByLibrary() throws Exception {
    Path files = all.removed("ringhaul-iceberg");
    RepeatedRun run =
        RepeatedRun.of(
            all.ringhaul()
                .program(
                    LibraryProcess.class,
                    LibraryProcess.EXPORT_ICEBERG,
                    ProcessContestants.ORDERS,
                    files.toString(),
                    String.valueOf(WARM_TIMES)));
    all.requireFiles("warm export to Iceberg", files, WARM_TIMES);
    return run;
  }

  private static String title(String format) {
    return switch (format) {
      case "csv", "json" -> format.toUpperCase(Locale.ROOT);
      case "parquet" -> "Parquet";
      default -> "Iceberg";
    };
  }
}
