package io.ringhaul.internal.operation;

import io.ringhaul.batch.BatchLimits;
import io.ringhaul.internal.batch.StreamWriter;
import io.ringhaul.internal.request.RequestLimits;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.scan.PageSizer;
import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.internal.tuning.Parameter;
import io.ringhaul.internal.tuning.Parameter.Preference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;

/** The parameters of an operation that may change while it runs. Not thread-safe. */
final class OperationParameters {

  /** Requests in flight with pages of the default size may fill at most 1/4 of the heap. */
  private static final int HEAP_SHARE = 4;

  /** The driver's default limit of requests for one connection. */
  private static final long MOST_REQUESTS = 1_024;

  /** Larger pages are not cheaper per row, and each request in flight holds one page. */
  private static final long MOST_PAGE_BYTES = 4 << 20;

  /** A coordinator holds a whole batch in its heap; larger batches bring no further gain. */
  private static final long MOST_BATCH_STATEMENTS = 1_000;

  private static final long LEAST_BATCH_BYTES = 4 << 10;
  private static final long MOST_BATCH_BYTES = 1 << 20;

  private final List<Parameter> parameters = new ArrayList<>();
  private final Set<String> asked = new HashSet<>();
  private boolean isFixed;

  /** The requests in flight of an operation that reads a table. */
  OperationParameters requests(
      RequestSender sender, TableScan scan, OperationSettings settings, LongConsumer followed) {
    return requests(
        sender,
        scan.requests().parallelism(),
        scan.usualParallelism(),
        settings.parallelism().isPresent(),
        followed);
  }

  /**
   * The requests in flight.
   *
   * @param usual the default
   * @param isAsked whether the user set {@code parallelism}
   * @param followed called with each new value
   */
  OperationParameters requests(
      RequestSender sender, int parallelism, int usual, boolean isAsked, LongConsumer followed) {
    long byHeap = Runtime.getRuntime().maxMemory() / HEAP_SHARE / PageSizer.TARGET_BYTES;
    long most = Math.max(usual, Math.min(MOST_REQUESTS, byHeap));
    ParameterValue setting =
        new ParameterValue(
            Tunable.IN_FLIGHT,
            parallelism,
            1,
            most,
            value -> {
              sender.parallelism((int) value);
              followed.accept(value);
            });
    return add(setting, usual, isAsked, Preference.LESS);
  }

  /** Fixes all parameters if other processes run the tasks: they get the values at their start. */
  OperationParameters ofTasks(Executor threads) {
    if (Distribution.sender(threads).isPresent()) {
      parameters.clear();
      isFixed = true;
    }
    return this;
  }

  /** The limits on rows and bytes per second of all senders. */
  OperationParameters rates(List<RequestSender> senders) {
    if (isFixed) {
      return this;
    }
    RequestLimits now = senders.get(0).limits();
    return rate(
            Tunable.MAX_ROWS_PER_SECOND,
            now.maxRowsPerSecond(),
            senders,
            RequestLimits::withMaxRowsPerSecond)
        .rate(
            Tunable.MAX_BYTES_PER_SECOND,
            now.maxBytesPerSecond(),
            senders,
            RequestLimits::withMaxBytesPerSecond);
  }

  private OperationParameters rate(
      String name, long now, List<RequestSender> senders, Change change) {
    parameters.add(
        new Parameter(
            new ParameterValue(
                name,
                now,
                0,
                Long.MAX_VALUE,
                value ->
                    senders.forEach(sender -> sender.limits(change.of(sender.limits(), value)))),
            () -> now,
            Preference.KEPT));
    return this;
  }

  /** A change of one of the limits on requests. */
  @FunctionalInterface
  private interface Change {
    RequestLimits of(RequestLimits before, long value);
  }

  /** The workers, which follow the requests in flight. */
  OperationParameters workers(WorkerCount workers) {
    parameters.add(new Parameter(workers, () -> 0, Preference.LESS));
    return this;
  }

  /** The size of pages: in rows if the user set a number of rows, otherwise in bytes. */
  OperationParameters pages(PageSizer pages) {
    if (!pages.isFixed()) {
      return add(
          new ParameterValue(
              Tunable.PAGE_BYTES,
              pages.targetBytes(),
              Tunable.LEAST_PAGE_BYTES,
              MOST_PAGE_BYTES,
              pages::targetBytes),
          pages.targetBytes(),
          false,
          Preference.USUAL);
    }
    asked.add(Tunable.PAGE_ROWS);
    parameters.add(
        new Parameter(
            new ParameterValue(
                Tunable.PAGE_ROWS,
                pages.rows(),
                1,
                pages.mostRows(),
                rows -> pages.fix((int) rows)),
            pages::suitableRows,
            Preference.USUAL));
    return this;
  }

  /** The rows in a page of a count. The server does not return these rows. */
  OperationParameters pagesOnServer(PageSizer pages, int usual, boolean isAsked) {
    return add(
        new ParameterValue(
            Tunable.PAGE_ROWS, pages.rows(), 1, pages.mostRows(), rows -> pages.fix((int) rows)),
        usual,
        isAsked,
        Preference.USUAL);
  }

  /**
   * The size of batches.
   *
   * @param asked the names of the parameters that the user set
   */
  OperationParameters batches(StreamWriter writer, Set<String> asked) {
    BatchLimits usual = BatchLimits.DEFAULT;
    BatchLimits now = writer.limits();
    return add(
            new ParameterValue(
                Tunable.BATCH_STATEMENTS,
                now.maxStatements(),
                1,
                MOST_BATCH_STATEMENTS,
                value -> writer.limits(writer.limits().withMaxStatements((int) value))),
            usual.maxStatements(),
            asked.contains(Tunable.BATCH_STATEMENTS),
            Preference.USUAL)
        .add(
            new ParameterValue(
                Tunable.BATCH_BYTES,
                now.maxBytes(),
                LEAST_BATCH_BYTES,
                MOST_BATCH_BYTES,
                value -> writer.limits(writer.limits().withMaxBytes((int) value))),
            usual.maxBytes(),
            asked.contains(Tunable.BATCH_BYTES),
            Preference.USUAL);
  }

  private OperationParameters add(
      ParameterValue setting, long usual, boolean isAsked, Preference preference) {
    parameters.add(new Parameter(setting, () -> usual, preference));
    if (isAsked) {
      asked.add(setting.name());
    }
    return this;
  }

  List<Parameter> all() {
    return List.copyOf(parameters);
  }

  List<Tunable> tunables() {
    return parameters.stream().map(Parameter::tunable).toList();
  }

  /** Whether the user set the initial value of the parameter. */
  boolean isAsked(String name) {
    return asked.contains(name);
  }

  /** A parameter that stores its value. Thread-safe. */
  private static final class ParameterValue implements Tunable {

    private final String name;
    private final long least;
    private final long most;
    private final LongConsumer applied;
    private volatile long value;

    /**
     * @param value the initial value, which is not applied
     * @param applied called with each new value
     */
    ParameterValue(String name, long value, long least, long most, LongConsumer applied) {
      this.name = name;
      this.value = value;
      this.least = Math.min(least, value);
      this.most = Math.max(most, value);
      this.applied = applied;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long value() {
      return value;
    }

    @Override
    public long least() {
      return least;
    }

    @Override
    public long most() {
      return most;
    }

    @Override
    public synchronized void set(long next) {
      value = Math.max(least, Math.min(most, next));
      applied.accept(value);
    }
  }
}
