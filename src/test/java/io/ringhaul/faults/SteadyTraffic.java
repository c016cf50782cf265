package io.ringhaul.faults;

import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Runs exports of one table, and imports into several tables, one after the other until the test
 * ends.
 */
final class SteadyTraffic implements AutoCloseable {

  /** Slow enough that each operation overlaps most of the events of the test. */
  private static final int ROWS_PER_SECOND = 1_000;

  private static final int MAX_OPERATIONS = 4;

  /** CSV files do not name their job, so any id passes. */
  private static final UUID NO_JOB = new UUID(0, 0);

  private final TokenAwareBulkOperator operator;
  private final String keyspace;
  private final List<Work.Export> exports = new ArrayList<>();
  private final List<Work.Import> imports = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final List<Future<Integer>> running = new ArrayList<>();
  private volatile boolean ending;

  /** Creates the tables and folders while all nodes are up. */
  SteadyTraffic(FaultBench bench, TokenAwareBulkOperator operator)
      throws IOException, InterruptedException {
    this.operator = operator;
    this.keyspace = bench.table().keyspace();
    for (int i = 0; i < MAX_OPERATIONS; i++) {
      exports.add(bench.newExport(Shape.CSV));
      imports.add(bench.newImport(Shape.CSV));
    }
  }

  void start() {
    running.add(
        threads.submit(
            () ->
                repeat(
                    exports,
                    work ->
                        operator
                            .export(keyspace, "source")
                            .to(CsvTarget.folder(Shape.location(work.folder())))
                            .taskCount(24)
                            .maxRowsPerSecond(ROWS_PER_SECOND)
                            .execute())));
    running.add(
        threads.submit(
            () ->
                repeat(
                    imports,
                    work ->
                        operator
                            .importInto(keyspace, work.into())
                            .from(CsvSource.at(Shape.location(work.folder())))
                            .maxRowsPerSecond(ROWS_PER_SECOND)
                            .execute())));
  }

  /** Waits for the running operations, requires that none failed and checks all results. */
  void end() throws IOException, InterruptedException, ExecutionException {
    ending = true;
    int exported = running.get(0).get();
    int imported = running.get(1).get();
    for (Work work : exports.subList(0, exported)) {
      work.assertExact(NO_JOB);
    }
    for (Work work : imports.subList(0, imported)) {
      work.assertExact(NO_JOB);
    }
  }

  private <T extends Work> int repeat(List<T> all, Consumer<T> run) {
    int done = 0;
    while (done < all.size() && !(ending && done > 0)) {
      run.accept(all.get(done));
      done++;
    }
    return done;
  }

  @Override
  public void close() {
    ending = true;
    threads.shutdownNow();
  }
}
