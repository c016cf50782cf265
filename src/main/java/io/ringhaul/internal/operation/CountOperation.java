package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.CountResult;
import io.ringhaul.exceptions.JobStoppedException;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.jobstore.Checkpoint;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.scan.RangeCounter;
import io.ringhaul.internal.scan.RangeStatements;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.internal.scan.Selection;
import io.ringhaul.internal.telemetry.OperationKind;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobOptions;
import io.ringhaul.job.JobPartition;
import io.ringhaul.monitor.OperationTotals;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * Counts the rows of a table on the server, range by range. As a job it has one partition, since a
 * sum of counts of different times is no count: a resumed job begins anew.
 */
public record CountOperation(
    OperationSettings settings,
    RowSelection selection,
    ScanSizing sizing,
    int pageSize,
    Optional<JobOptions> jobOptions,
    UUID jobId)
    implements BulkOperation<CountResult> {

  /**
   * Small ranges rarely time out on the server, and additional ranges add little cost to a count.
   */
  public static final ScanSizing SIZING = new ScanSizing(32L << 20, 4);

  /** So that processes end at about the same time, even if some ranges are slow. */
  private static final int PARTS_PER_PROCESS = 2;

  /** About a gibibyte, which is lost if the process ends. */
  private static final int MOST_TASKS_OF_PART = 32;

  /** A count is planned again in each run. */
  private static final String PLAN = "{}";

  @Override
  public CountResult run(CqlSession session, Executor threads) {
    Distribution.sender(threads).ifPresent(elsewhere -> elsewhere.require(settings, Map.of()));
    return Distribution.receiver(threads)
        .map(
            part ->
                new CountOperation(
                    part.of(settings),
                    part.of(selection),
                    part.sizing(),
                    part.pageSize(),
                    Optional.empty(),
                    jobId))
        .orElse(this)
        .runHere(session, threads);
  }

  private CountResult runHere(CqlSession session, Executor threads) {
    TableFingerprint found =
        TableFingerprint.take(session, settings, new TableLookup(session)::readable);
    TableDescription table = found.table();
    Map<String, String> request = settings.requestTexts();
    request.putAll(selection.conditions());
    request.putAll(found.parts(table.partitionKey()));
    Distribution.receiver(threads).ifPresent(part -> part.requireSame(request));
    TableCheck sameTable =
        TableCheck.of(
            found,
            "counted",
            "Rows counted before and after the change do not belong together; count again");
    Map<String, String> fingerprint = new LinkedHashMap<>(selection.restrictions());
    fingerprint.putAll(found.parts(table.partitionKey()));
    Optional<Job> completed = OperationJob.completed(jobOptions, jobId, JobKind.COUNT, fingerprint);
    if (completed.isPresent()) {
      return new CountResult(
          new ProgressMeter(0, 0, 0, new Earlier(1, 0, 0, completed.get().figures().rows()))
              .totals(0));
    }
    try (OperationJob job =
        OperationJob.begin(
            jobOptions, jobId, JobKind.COUNT, "count " + table, fingerprint, settings.texts())) {
      return job.running(() -> count(session, threads, job, table, request, sameTable));
    }
  }

  private CountResult count(
      CqlSession session,
      Executor threads,
      OperationJob job,
      TableDescription table,
      Map<String, String> request,
      TableCheck sameTable) {
    OperationSubject subject =
        new OperationSubject(session, table, OperationKind.COUNT, "", job.stored());
    TableScan scan =
        TableScan.prepare(
            session,
            settings,
            table,
            table.partitionKey(),
            selection.tokens(),
            sizing,
            Earlier.NOTHING);
    int page =
        ScanPreflight.run(
            session,
            settings,
            scan.requests(),
            new ScanPreflight.Reading(
                subject.title(),
                table,
                "count(*)",
                selection.clauses(),
                pageSize,
                RangeCounter.DEFAULT_PAGE_SIZE),
            List.of());
    try (RunningOperation running =
        new RunningOperation(settings, subject, scan.meter(), scan.metrics())) {
      RequestSender sender = running.sender(scan.requests());
      RangeCounter counter =
          new RangeCounter(
              scan.plan(),
              RangeStatements.counting(
                      session, table, selection.clauses(), settings.requests().timeout())
                  .checked(),
              RangeStatements.selecting(
                  session,
                  table,
                  Selection.of(table.partitionKey()).with(selection.clauses()),
                  settings.requests().timeout()),
              sender,
              scan.meter(),
              page,
              () -> requireWanted(job, subject),
              sameTable::atCheckpoint);
      running.start(
          new OperationParameters()
              .requests(sender, scan, settings, requests -> {})
              .pagesOnServer(counter.pageSizer(), RangeCounter.DEFAULT_PAGE_SIZE, pageSize > 0)
              .ofTasks(threads));
      try (WorkerClock clock = scan.metrics().work()) {
        return running.run(
            () -> "the rows counted so far are in the partial result",
            () -> {
              job.run().plan(PLAN, List.of(JobPartition.ofTokens(0, List.of())));
              job.run().begun(0);
              Optional<Distribution.Sender> elsewhere = Distribution.sender(threads);
              if (elsewhere.isPresent()) {
                count(
                    elsewhere.get(),
                    scan,
                    Distribution.Terms.ofCount(
                        scan,
                        Distribution.Terms.pageSize(pageSize, page, RangeCounter.DEFAULT_PAGE_SIZE),
                        request),
                    job::isStopping);
                requireWanted(job, subject);
              } else {
                running.requireComplete(counter.run(), "run the operation again");
              }
              sameTable.atEnd();
              OperationTotals totals = running.totals();
              job.run().done(new Checkpoint(0, totals.rows(), totals.bytes(), 0, List.of(), 0));
              return new CountResult(totals);
            });
      }
    }
  }

  private static void requireWanted(OperationJob job, OperationSubject subject) {
    if (job.isStopping()) {
      throw new JobStoppedException(
          job.id(), subject.doing() + " was stopped. A resumed count begins anew");
    }
  }

  /**
   * Counts in other processes. Each counts the ranges of several tasks, because a process starts
   * slowly and has a share of the requests in flight, which one range would not use.
   */
  private static void count(
      Distribution.Sender elsewhere,
      TableScan scan,
      Distribution.Terms terms,
      BooleanSupplier stops)
      throws InterruptedException {
    List<ScanTask> all = scan.plan().tasks();
    int together = elsewhere.together(terms.limits(), all.size());
    int parts =
        Math.min(
            all.size(),
            Math.max(PARTS_PER_PROCESS * together, (all.size() - 1) / MOST_TASKS_OF_PART + 1));
    List<List<ScanTask>> divided = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      divided.add(
          all.subList(
              (int) ((long) part * all.size() / parts), (int) ((part + 1L) * all.size() / parts)));
    }
    List<Distribution.Task> tasks = new ArrayList<>();
    divided.forEach(part -> tasks.add(Distribution.Task.of(tasks.size(), part)));
    elsewhere.run(
        terms,
        tasks,
        ended -> {
          for (Distribution.Outcome counted : ended) {
            scan.meter().handled(counted.totals().rows(), counted.totals().bytes());
            List<TokenRange> ranges = tasks.get(counted.number()).ranges();
            scan.meter().part().done(TokenRange.rowTokens(ranges));
            scan.meter().rangesDone(ranges.size());
            divided.get(counted.number()).forEach(task -> scan.meter().taskDone());
          }
        },
        stops);
  }
}
