package io.ringhaul.internal.operation;

import io.ringhaul.internal.limits.ManagedJob;
import io.ringhaul.internal.telemetry.RequestPoll;
import io.ringhaul.monitor.SampleListener;
import java.util.ArrayList;
import java.util.List;

/** Holds an operation to its limits, tunes it and watches it while it is open. */
final class OperationSteering implements AutoCloseable {

  private final Closers opened = new Closers();
  private final OperationTuning tuning;

  private OperationSteering(
      OperationSettings settings, OperationSubject subject, SteeredOperation operation) {
    try {
      ManagedJob limited = settings.limits().manage(subject, operation);
      opened.add(limited::close);
      tuning = OperationTuning.open(settings, subject, operation, limited);
      opened.add(tuning::close);
      List<SampleListener> listeners = new ArrayList<>(List.of(tuning, limited));
      subject
          .job()
          .ifPresent(
              job -> {
                job.givesUpWhen(limited::isCutShort);
                RequestPoll asked = new RequestPoll(job.id(), job.telemetry(), tuning::asked);
                opened.add(asked::close);
                listeners.add(asked);
              });
      OperationMonitor monitor = OperationMonitor.open(settings, subject, operation, listeners);
      opened.add(monitor::close);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /** Begins with all of it. */
  static OperationSteering open(
      OperationSettings settings, OperationSubject subject, SteeredOperation operation) {
    return new OperationSteering(settings, subject, operation);
  }

  /** Keeps how the operation was tuned for the next one of its kind. */
  void succeeded() {
    tuning.succeeded();
  }

  @Override
  public void close() {
    opened.close();
  }
}
