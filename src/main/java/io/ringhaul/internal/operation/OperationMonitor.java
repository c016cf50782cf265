package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.telemetry.BottleneckDetector;
import io.ringhaul.internal.telemetry.BottleneckRecorder;
import io.ringhaul.internal.telemetry.JobsUnderWay;
import io.ringhaul.internal.telemetry.MonitoredOperation;
import io.ringhaul.internal.telemetry.NeighbourPoll;
import io.ringhaul.internal.telemetry.PerformanceMonitor;
import io.ringhaul.internal.telemetry.TelemetryRecorder;
import io.ringhaul.monitor.SampleListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watches an operation while it is open, if it is to be, and lets those hear who are to. */
final class OperationMonitor implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OperationMonitor.class);

  /** Those who hear of a sample, in their order. */
  private final List<SampleListener> listeners = new ArrayList<>();

  private final Closers opened = new Closers();

  private OperationMonitor() {}

  /**
   * Watches an operation.
   *
   * @param subject if it has a job, what is seen is kept in the store of that
   * @param steering tune it, and hold it to its limits
   */
  static OperationMonitor open(
      OperationSettings settings,
      OperationSubject subject,
      MonitoredOperation operation,
      List<SampleListener> steering) {
    OperationMonitor monitor = new OperationMonitor();
    try {
      monitor.start(settings, subject, operation, steering);
      return monitor;
    } catch (RuntimeException | Error e) {
      monitor.close();
      throw e;
    }
  }

  private void start(
      OperationSettings settings,
      OperationSubject subject,
      MonitoredOperation operation,
      List<SampleListener> steering) {
    Optional<OperationJob> job = subject.job();
    // What is opened first is closed last: the progress is told last, and what the monitor says
    // last is recorded.
    ProgressReporter reporter =
        new ProgressReporter(operation::progress, settings.progressListener());
    opened.add(reporter::close);
    if (!settings.monitoring().isOn()) {
      return;
    }
    job.ifPresent(
        its -> {
          TelemetryRecorder recorder = new TelemetryRecorder(its.telemetry(), its.id());
          opened.add(recorder::close);
          listeners.add(recorder);
        });
    JobsUnderWay.Registration registration =
        settings.jobs().enter(subject.name(), job.map(OperationJob::id));
    job.ifPresent(its -> listeners.add(new NeighbourPoll(its.id(), its.telemetry(), registration)));
    BottleneckDetector bottlenecks = bottlenecks(settings, subject, registration);
    opened.add(bottlenecks::close);
    listeners.add(bottlenecks);
    job.ifPresent(
        its -> {
          BottleneckRecorder recorder =
              new BottleneckRecorder(its.telemetry(), its.id(), bottlenecks);
          opened.add(() -> close(recorder));
          listeners.add(recorder);
        });
    listeners.addAll(settings.monitoring().samples());
    // Last: what is done about a sample shows in the next one.
    listeners.addAll(steering);
    PerformanceMonitor monitor = PerformanceMonitor.start(operation, listeners);
    opened.add(monitor::close);
  }

  private static BottleneckDetector bottlenecks(
      OperationSettings settings,
      OperationSubject subject,
      JobsUnderWay.Registration registration) {
    return new BottleneckDetector(
        subject.work(),
        settings.requests().limits(),
        sample -> OperationTuning.isHeld(settings, sample),
        registration,
        settings.monitoring().bottlenecks());
  }

  /** What people are told of an operation does not decide how it ends. */
  private static void close(BottleneckRecorder recorder) {
    try {
      recorder.close();
    } catch (BulkOperationException e) {
      LOG.warn("The end of the bottlenecks could not be stored: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    opened.close();
  }
}
