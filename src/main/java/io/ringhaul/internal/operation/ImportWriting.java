package io.ringhaul.internal.operation;

import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.Grouping;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.write.ImportWriters;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/** What an import writes with, steered while it is open. */
public final class ImportWriting implements AutoCloseable {

  /**
   * What the rows are sent in.
   *
   * @param limits when a batch is full
   * @param askedLimits the names of those limits that were asked for
   * @param grouping which rows share a request
   */
  public record Batches(BatchLimits limits, Set<String> askedLimits, Grouping grouping) {}

  /** One thread that reads and binds keeps so many requests busy. */
  private static final int REQUESTS_PER_READER = 8;

  /**
   * What an import begins with.
   *
   * @param usualParallelism how many requests are in flight unless another number is asked for
   * @param tasks how many parts its source has
   * @param batches what the rows are sent in
   */
  record Start(RequestSettings requests, int usualParallelism, int tasks, Batches batches) {

    private int readers(long requestsInFlight) {
      return (int) Math.min(tasks, Math.max(1, requestsInFlight / REQUESTS_PER_READER));
    }
  }

  private final Closers opened = new Closers();
  private final StreamWriter writer;
  private final RequestSender looks;
  private final Workers readers;
  private final OperationSteering steering;

  private ImportWriting(
      OperationSettings settings,
      OperationSubject subject,
      Start start,
      ProgressMeter meter,
      OperationMetrics metrics,
      ExecutorService threads) {
    writer =
        new StreamWriter(
            subject.session(),
            new StreamWriter.Settings(
                start.requests(),
                start.batches().limits(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                start.batches().grouping(),
                Duration.ZERO,
                meter::handled,
                metrics));
    opened.add(writer::close);
    try {
      looks = new RequestSender(subject.session(), start.requests().seeingEveryWrite(), metrics);
      opened.add(looks::close);
      int parallelism = start.requests().parallelism();
      readers = new Workers(threads, start.readers(parallelism));
      WorkerCount count = new WorkerCount(readers, start.tasks(), start::readers);
      OperationParameters parameters =
          new OperationParameters()
              .requests(
                  writer.requests(),
                  parallelism,
                  start.usualParallelism(),
                  settings.parallelism().isPresent(),
                  count::follow)
              .batches(writer, start.batches().askedLimits())
              .workers(count);
      steering =
          OperationSteering.open(
              settings, subject, new SteeredImport(metrics, meter, writer, looks, parameters));
      opened.add(steering::close);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /** Begins to watch and to tune, and is ready to write. */
  static ImportWriting open(
      OperationSettings settings,
      OperationSubject subject,
      Start start,
      ProgressMeter meter,
      OperationMetrics metrics,
      ExecutorService threads) {
    return new ImportWriting(settings, subject, start, meter, metrics, threads);
  }

  StreamWriter writer() {
    return writer;
  }

  /** Whatever sends requests for the import. */
  ImportWriters writers() {
    return new ImportWriters(writer, looks);
  }

  /** The threads that read the source. */
  Workers readers() {
    return readers;
  }

  /** Requests that were sent again so far. */
  long retries() {
    return writer.retries() + looks.retries();
  }

  /** Keeps how it was tuned for the next import into the table. */
  void succeeded() {
    steering.succeeded();
  }

  @Override
  public void close() {
    opened.close();
  }
}
