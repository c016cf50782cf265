package io.ringhaul.benchmarks.contests;

import static io.ringhaul.benchmarks.contests.ProcessRounds.DSBULK;
import static io.ringhaul.benchmarks.contests.ProcessRounds.DSBULK_TUNED;
import static io.ringhaul.benchmarks.contests.ProcessRounds.RINGHAUL;
import static io.ringhaul.benchmarks.contests.ProcessRounds.SPARK;

import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.benchmarks.process.DsbulkProcess;
import java.nio.file.Path;
import java.util.List;

/** Whole processes that import. */
public final class ImportContests {

  private static final double LEAST_OF_CSV = 2;
  private static final double LEAST_OF_CSV_WITH_DEFAULTS = 3;
  private static final double LEAST_OF_CSV_WITH_SAME_BATCHES = 1.5;

  private static final String SAME_BATCHES = "Ringhaul, DSBulk's batch rules";

  private final ProcessContestants all;
  private final ProcessRounds rounds;

  public ImportContests(ProcessContestants all, ProcessRounds rounds) {
    this.all = all;
    this.rounds = rounds;
  }

  /** Imports from the same files, in a form that both programs read. */
  public void csv() throws Exception {
    String files = all.folder().resolve("source-csv").toString();
    all.export("csv", "source-csv", "--dialect=dsbulk");
    ProcessRounds.Results results =
        rounds.hold(
            "Import from CSV, whole processes",
            RINGHAUL,
            new Contest("CSV import")
                .add(RINGHAUL, all.intoCopy(() -> read("csv", files)))
                .add(SAME_BATCHES, all.intoCopy(() -> readInBatches(files)))
                .add(DSBULK, all.intoCopy(() -> load(files, List.of())))
                .add(DSBULK_TUNED, all.intoCopy(() -> load(files, DsbulkProcess.TUNED_LOAD))));
    rounds
        .report()
        .atLeast(
            "Import from CSV, whole process, DSBulk's batch rules, against DSBulk",
            results.dsbulkOver(SAME_BATCHES),
            LEAST_OF_CSV_WITH_SAME_BATCHES);
    rounds
        .report()
        .atLeast(
            "Import from CSV, whole process, against DSBulk",
            results.dsbulkOver(RINGHAUL),
            LEAST_OF_CSV);
    rounds
        .report()
        .atLeast(
            "Import from CSV, whole process, against DSBulk with its defaults",
            results.timeOver(DSBULK, RINGHAUL),
            LEAST_OF_CSV_WITH_DEFAULTS);
  }

  /** Each program imports its own export. */
  public void iceberg() throws Exception {
    all.export("iceberg");
    all.exportBySpark("iceberg", 1);
    rounds.hold(
        "Import from Iceberg, whole processes",
        RINGHAUL,
        new Contest("Iceberg import")
            .add(
                RINGHAUL,
                all.intoCopy(
                    () ->
                        read(
                            "iceberg",
                            all.folder().resolve("ringhaul-iceberg").toString(),
                            "--iceberg-table="
                                + BenchCluster.KEYSPACE
                                + "."
                                + ProcessContestants.ORDERS)))
            .add(SPARK, all.intoCopy(this::readBySpark)));
  }

  private Measurement read(String format, String files, String... more) throws Exception {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "--format=" + format;
    arguments[1] = "--path=" + files;
    System.arraycopy(more, 0, arguments, 2, more.length);
    return all.ringhaul().run("import", ProcessContestants.COPY, all.rows(), arguments);
  }

  private Measurement readInBatches(String files) throws Exception {
    return all.ringhaul()
        .program(
            LibraryProcess.class,
            LibraryProcess.IMPORT_CSV,
            ProcessContestants.COPY,
            files,
            DsbulkProcess.BATCH_ROWS)
        .handling(all.rows());
  }

  private Measurement load(String files, List<String> settings) throws Exception {
    return all.dsbulk()
        .run("load", ProcessContestants.COPY, Path.of(files), settings)
        .handling(all.rows());
  }

  private Measurement readBySpark() throws Exception {
    return all.spark()
        .run("import-iceberg", ProcessContestants.COPY, all.folder().resolve("spark-iceberg"), 1)
        .whole()
        .handling(all.rows());
  }
}
