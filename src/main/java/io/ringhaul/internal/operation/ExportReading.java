package io.ringhaul.internal.operation;

import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.scan.RangeStatements;
import io.ringhaul.internal.scan.ScanSettings;
import io.ringhaul.internal.scan.TableScanner;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** What an export reads with, steered while it is open. */
final class ExportReading implements AutoCloseable {

  private final Closers opened = new Closers();
  private final RequestSender sender;
  private final TableScanner scanner;
  private final Workers workers;
  private final OperationSteering steering;

  private ExportReading(
      OperationSettings settings,
      OperationSubject subject,
      TableScan scan,
      RangeStatements statements,
      ScanSettings pages,
      WriterCount writers,
      ExecutorService threads,
      Optional<Path> folder) {
    sender = new RequestSender(subject.session(), scan.requests(), scan.metrics());
    opened.add(sender::close);
    try {
      scanner = new TableScanner(statements, sender, pages);
      workers = new Workers(threads, writers.first());
      // One writer for each request, as at the start.
      WorkerCount count = new WorkerCount(workers, writers.most(), Math::toIntExact);
      OperationParameters parameters =
          new OperationParameters()
              .requests(sender, scan, settings, count::follow)
              .pages(scanner.pageSizer())
              .workers(count);
      steering =
          OperationSteering.open(
              settings,
              subject,
              new SteeredScan(scan, sender, parameters, scanner.pageSizer()::ceiling, folder));
      opened.add(steering::close);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Begins to send, to watch and to tune.
   *
   * @param pages how it reads; how many pages a task has ahead follows the requests in flight
   * @param folder where the export writes; empty if not on this machine
   */
  static ExportReading open(
      OperationSettings settings,
      OperationSubject subject,
      TableScan scan,
      RangeStatements statements,
      ScanSettings pages,
      WriterCount writers,
      ExecutorService threads,
      Optional<Path> folder) {
    return new ExportReading(settings, subject, scan, statements, pages, writers, threads, folder);
  }

  RequestSender sender() {
    return sender;
  }

  TableScanner scanner() {
    return scanner;
  }

  Workers workers() {
    return workers;
  }

  /** Keeps how it was tuned for the next export of the table. */
  void succeeded() {
    steering.succeeded();
  }

  @Override
  public void close() {
    opened.close();
  }
}
