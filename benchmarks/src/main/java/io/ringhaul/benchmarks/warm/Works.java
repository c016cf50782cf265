package io.ringhaul.benchmarks.warm;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.benchmarks.data.Dataset;
import io.ringhaul.benchmarks.data.Folders;
import io.ringhaul.benchmarks.data.RowsInFiles;
import io.ringhaul.benchmarks.floors.RingPieces;
import io.ringhaul.benchmarks.floors.RowsInTable;
import io.ringhaul.benchmarks.floors.ScanFloor;
import io.ringhaul.benchmarks.floors.SendFloor;
import io.ringhaul.benchmarks.measure.ClientClock;
import io.ringhaul.benchmarks.measure.Contender;
import io.ringhaul.benchmarks.measure.Contest;
import io.ringhaul.benchmarks.measure.Measurement;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetTarget;
import io.ringhaul.schema.TokenRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Operations on a table in this process: with Ringhaul's library and its defaults, and with the
 * plain driver, the same ranges and the same number of requests in flight. Results are deleted
 * after the clock has stopped.
 */
public final class Works implements AutoCloseable {

  public static final String COUNT = "count";
  public static final String COUNT_FLOOR = "count-floor";
  public static final String KEYS_FLOOR = "keys-floor";
  public static final String SCAN_FLOOR = "scan-floor";
  public static final String CSV = "csv";
  public static final String JSON = "json";
  public static final String PARQUET = "parquet";
  public static final String ICEBERG = "iceberg";
  public static final String SEND_FLOOR = "send-floor";
  public static final String IMPORT_ICEBERG = "import-iceberg";
  public static final String IMPORT_CSV = "import-csv";

  /** Ringhaul's default per node of the data centre, also for imports. */
  private static final int REQUESTS_PER_NODE = 8;

  private static final int REQUESTS_OF_AN_IMPORT = 16;
  private static final int ROWS_TO_A_PAGE_OF_A_COUNT = 5_000;

  private static final String LAKE = "lake.";

  private final CqlSession session;
  private final TokenAwareBulkOperator operator;
  private final Dataset dataset;
  private final Path folder;
  private final int inFlight;
  private final int pageSize;
  private final Map<String, Contender> all = new LinkedHashMap<>();
  private int targets;
  private int tasksOfCount;
  private int tasksOfExport;

  /**
   * Prepares the works.
   *
   * @param dataset a filled table
   * @param folder an empty folder on a real disk
   */
  public Works(CqlSession session, Dataset dataset, Path folder) {
    this.session = session;
    this.operator = TokenAwareBulkOperator.over(session);
    this.dataset = dataset;
    this.folder = folder;
    this.inFlight = REQUESTS_PER_NODE * session.getMetadata().getNodes().size();
    this.pageSize = ScanFloor.pageSize(session, dataset.table());
    all.put(COUNT_FLOOR, this::countFloor);
    all.put(COUNT, this::count);
    all.put(KEYS_FLOOR, this::keysFloor);
    all.put(SCAN_FLOOR, this::scanFloor);
    all.put(CSV, () -> export(CsvTarget.folder(target()), target()));
    all.put(JSON, () -> export(JsonTarget.folder(target()), target()));
    all.put(PARQUET, () -> export(ParquetTarget.folder(target()), target()));
    all.put(ICEBERG, this::exportIceberg);
    all.put(SEND_FLOOR, this::sendFloor);
    all.put(IMPORT_ICEBERG, () -> importFrom(icebergSource()));
    all.put(IMPORT_CSV, () -> importFrom(csvSource()));
  }

  /** Returns the names of all works. */
  Set<String> names() {
    return all.keySet();
  }

  /** Returns the work of the given name. */
  Contender of(String name) {
    Contender contender = all.get(name);
    if (contender == null) {
      throw new IllegalArgumentException("There is no work " + name + ", but " + all.keySet());
    }
    return contender;
  }

  /** Returns a contest of the named works. */
  public Contest contest(String work, List<String> names) {
    Contest contest = new Contest(work);
    names.forEach(name -> contest.add(name, of(name)));
    return contest;
  }

  private Measurement count() throws Exception {
    return ClientClock.measure(
        () -> operator.count(BenchCluster.KEYSPACE, dataset.table()).execute().rows());
  }

  private Measurement countFloor() throws Exception {
    ScanFloor floor = new ScanFloor(session, countSplits(), inFlight);
    return ClientClock.measure(() -> floor.count(dataset.table(), ROWS_TO_A_PAGE_OF_A_COUNT));
  }

  private Measurement keysFloor() throws Exception {
    ScanFloor floor = new ScanFloor(session, countSplits(), inFlight);
    return ClientClock.measure(() -> floor.countKeys(dataset.table(), ROWS_TO_A_PAGE_OF_A_COUNT));
  }

  private Measurement scanFloor() throws Exception {
    ScanFloor floor = new ScanFloor(session, exportSplits(), inFlight);
    return ClientClock.measure(() -> floor.read(dataset.table(), pageSize));
  }

  private Measurement export(ExportTarget target, Path written) throws Exception {
    Measurement measured = ClientClock.measure(() -> run(target).rows());
    requireRows(measured.rows(), RowsInFiles.in(written));
    Folders.delete(written);
    return measured;
  }

  private ExportResult run(ExportTarget target) {
    return operator.export(BenchCluster.KEYSPACE, dataset.table()).to(target).execute();
  }

  /** Exports to a new table in an existing warehouse. */
  private Measurement exportIceberg() throws Exception {
    String table = "run" + targets++;
    return export(
        IcebergTarget.warehouse(warehouse()).table(LAKE + table),
        warehouse().resolve("lake").resolve(table));
  }

  private Measurement sendFloor() throws Exception {
    String target = emptyTarget();
    return new SendFloor(session, dataset.insertStatement(target), REQUESTS_OF_AN_IMPORT)
        .send(dataset.table(), dataset.columns(), exportSplits());
  }

  private Measurement importFrom(ImportSource source) throws Exception {
    String target = emptyTarget();
    Measurement measured =
        ClientClock.measure(
            () -> operator.importInto(BenchCluster.KEYSPACE, target).from(source).execute().rows());
    requireRows(measured.rows(), RowsInTable.in(session, target));
    return measured;
  }

  /** Checks the reported number of rows. */
  private static void requireRows(long said, long found) {
    if (said != found) {
      throw new IllegalStateException(
          said + " rows were reported but the number found is " + found);
    }
  }

  private String emptyTarget() {
    String target = dataset.table() + "_copy";
    dataset.create(session, target);
    session.execute("TRUNCATE " + BenchCluster.KEYSPACE + "." + target);
    return target;
  }

  private ImportSource icebergSource() {
    Path made = warehouse().resolve("lake").resolve("source");
    if (!Files.exists(made)) {
      run(IcebergTarget.warehouse(warehouse()).table(LAKE + "source"));
    }
    return IcebergSource.warehouse(warehouse()).table(LAKE + "source");
  }

  private ImportSource csvSource() {
    Path made = folder.resolve("csv-source");
    if (!Files.exists(made)) {
      run(CsvTarget.folder(made));
    }
    return CsvSource.at(made);
  }

  private Path target() {
    return folder.resolve("target");
  }

  private Path warehouse() {
    return folder.resolve("warehouse");
  }

  /** Returns the ranges of Ringhaul's own count, computed once. */
  private List<List<TokenRange>> countSplits() {
    if (tasksOfCount == 0) {
      tasksOfCount = operator.count(BenchCluster.KEYSPACE, dataset.table()).execute().tasks();
    }
    return RingPieces.of(session, tasksOfCount);
  }

  private List<List<TokenRange>> exportSplits() throws IOException {
    if (tasksOfExport == 0) {
      tasksOfExport = run(CsvTarget.folder(target())).tasks();
      Folders.delete(target());
    }
    return RingPieces.of(session, tasksOfExport);
  }

  @Override
  public void close() {
    operator.close();
  }
}
